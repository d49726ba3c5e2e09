using System.Buffers.Binary;
using System.Text;

namespace Socorro.Minidumps.Tests;

/// <summary>
/// Builds dumps of any shape in either byte order, from the specification and without the reader's code, so that a
/// mistake in a layout is not made twice.
/// </summary>
sealed class SyntheticDump(bool bigEndian = false)
{
    readonly List<byte> _bytes = [.. new byte[32]];
    readonly List<(uint Type, uint Size, uint Rva)> _directory = [];

    public uint TimeDateStamp { get; init; } = 1_700_000_000;

    public uint Version { get; init; } = 0xa793;

    /// <summary>Puts bytes into the dump, aligned as writers do, and says where.</summary>
    public uint Add(byte[] content)
    {
        while (_bytes.Count % 4 != 0)
            _bytes.Add(0);
        var rva = (uint)_bytes.Count;
        _bytes.AddRange(content);
        return rva;
    }

    public uint Add(Layout content) => Add(content.ToArray());

    public uint AddString(string text)
    {
        var units = (bigEndian ? Encoding.BigEndianUnicode : Encoding.Unicode).GetBytes(text);
        return Add(Layout().U32((uint)units.Length).Raw(units).U16(0));
    }

    public uint AddUtf8(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Add(Layout().U32((uint)bytes.Length).Raw(bytes).U8(0));
    }

    public Layout Layout() => new(bigEndian);

    public SyntheticDump Stream(uint type, Layout content) => Stream(type, content.ToArray());

    public SyntheticDump Stream(uint type, byte[] content) => Entry(type, (uint)content.Length, Add(content));

    /// <summary>A line of the directory, whatever it points at.</summary>
    public SyntheticDump Entry(uint type, uint size, uint rva)
    {
        _directory.Add((type, size, rva));
        return this;
    }

    /// <summary>SystemInfo with little but the architecture and platform.</summary>
    public SyntheticDump System(ushort architecture, uint platform, string servicePack = "")
    {
        var text = servicePack.Length > 0 ? AddString(servicePack) : 0;
        return Stream(
            7,
            Layout().U16(architecture).U16(6).U16(0x2a07).U8(8).U8(1).U32(0).U32(0).U32(0).U32(platform).U32(text)
                .Zeros(28));
    }

    public byte[] ToArray()
    {
        var directory = Layout();
        foreach (var (type, size, rva) in _directory)
            directory.U32(type).U32(size).U32(rva);

        var start = Add(directory);
        var header = Layout()
            .U32(0x504d444d).U32(Version).U32((uint)_directory.Count).U32(start).U32(0).U32(TimeDateStamp).U64(0x21);
        var bytes = _bytes.ToArray();
        header.ToArray().CopyTo(bytes, 0);
        return bytes;
    }

    public Minidump Open(Limits? limits = null)
    {
        Assert.True(Minidump.TryOpen(ToArray(), limits ?? Limits.Default, out var dump, out _));
        return dump;
    }
}

/// <summary>A structure, field by field.</summary>
sealed class Layout(bool bigEndian)
{
    readonly List<byte> _bytes = [];

    public int Length => _bytes.Count;

    public Layout U8(byte value) => Raw([value]);

    public Layout U16(ushort value) => Number(value, 2);

    public Layout U32(uint value) => Number(value, 4);

    public Layout U64(ulong value) => Number(value, 8);

    public Layout Zeros(int count) => Raw(new byte[count]);

    public Layout Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>UTF-16 in a field of fixed size.</summary>
    public Layout Units(string text, int units)
    {
        foreach (var unit in text.PadRight(units, '\0'))
            U16(unit);
        return this;
    }

    /// <summary>Overwrites a field further up.</summary>
    public Layout Put(int offset, ulong value, int size)
    {
        var field = new Layout(bigEndian).Number(value, size).ToArray();
        for (var i = 0; i < size; i++)
            _bytes[offset + i] = field[i];
        return this;
    }

    public byte[] ToArray() => [.. _bytes];

    Layout Number(ulong value, int size)
    {
        var bytes = new byte[8];
        if (bigEndian)
            BinaryPrimitives.WriteUInt64BigEndian(bytes, value << 8 * (8 - size));
        else
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return Raw(bytes[..size]);
    }
}
