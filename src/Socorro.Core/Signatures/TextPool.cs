using System.Buffers.Binary;
using System.Text;

namespace Socorro.Signatures;

/// <summary>
/// Texts that were read before. Stacks are made of the same few thousand functions, files and modules; one that is found here
/// costs neither memory nor decoding. Threads may share it: a text that another one replaces is read again, and that is all.
/// </summary>
static class TextPool
{
    const int Slots = 1 << 14;

    /// <summary>Longer texts are rare, and nobody shall fill the memory with them.</summary>
    const int MaxLength = 256;

    static readonly string?[] Texts = new string?[Slots];

    /// <summary>Null for a text that is not kept: long, empty or not ASCII.</summary>
    public static string? Find(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > MaxLength)
            return null;

        ref var slot = ref Texts[HashOf(utf8) & (Slots - 1)];
        var text = slot;
        if (text is not null && Ascii.Equals(utf8, text))
            return text;

        return Ascii.IsValid(utf8) ? slot = Encoding.ASCII.GetString(utf8) : null;
    }

    static int HashOf(ReadOnlySpan<byte> bytes)
    {
        var hash = (ulong)bytes.Length;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes)) * 0x9E3779B97F4A7C15;

        foreach (var b in bytes)
            hash = (hash ^ b) * 0x100000001B3;

        return (int)(hash >> 40);
    }
}
