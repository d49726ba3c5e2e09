using System.Buffers.Binary;
using System.Text;

namespace Socorro.Benchmarks.Generated;

/// <summary>Lays the parts of a minidump one behind the other.</summary>
sealed class DumpParts
{
    const int HeaderSize = 32;
    const int DirectorySize = 3 * 12;

    readonly MemoryStream _parts = new();
    readonly List<(uint Type, int Size, int Place)> _streams = [];

    /// <summary>Appends bytes and tells where in the file they are.</summary>
    public int Add(ReadOnlySpan<byte> bytes)
    {
        var place = HeaderSize + DirectorySize + (int)_parts.Length;
        _parts.Write(bytes);
        return place;
    }

    /// <summary>Appends a length-prefixed UTF-16 string.</summary>
    public uint AddString(string text)
    {
        var bytes = new byte[4 + text.Length * 2 + 2];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, text.Length * 2);
        Encoding.Unicode.GetBytes(text, bytes.AsSpan(4));
        return (uint)Add(bytes);
    }

    public void AddStream(uint type, byte[] bytes) => _streams.Add((type, bytes.Length, Add(bytes)));

    public static void WriteLocation(Span<byte> location, int size, int place)
    {
        BinaryPrimitives.WriteInt32LittleEndian(location, size);
        BinaryPrimitives.WriteInt32LittleEndian(location[4..], place);
    }

    public void WriteTo(Stream dump)
    {
        var head = new byte[HeaderSize + DirectorySize];
        "MDMP"u8.CopyTo(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4), 0xa793);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), _streams.Count);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), HeaderSize);
        for (var i = 0; i < _streams.Count; i++)
        {
            var entry = head.AsSpan(HeaderSize + i * 12);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, _streams[i].Type);
            WriteLocation(entry[4..], _streams[i].Size, _streams[i].Place);
        }

        dump.Write(head);
        _parts.WriteTo(dump);
    }
}
