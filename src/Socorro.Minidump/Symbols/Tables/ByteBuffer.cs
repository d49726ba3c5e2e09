using System.Buffers.Binary;

namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>
/// A growing array of bytes that a section of a table is written into. Blobs in it are addressed by offset and carry their
/// length in front.
/// </summary>
sealed class ByteBuffer
{
    byte[] _bytes = new byte[256];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void WriteByte(byte value)
    {
        var length = Length;
        if ((uint)length >= (uint)_bytes.Length)
            Grow(1);
        _bytes[length] = value;
        Length = length + 1;
    }

    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), value);

    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);

    public void Write(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    /// <summary>Bytes of the longest number of variable length.</summary>
    public const int MaxVariableLength = 10;

    /// <summary>Writes such a number to where there is room for the longest, and tells how many bytes it has.</summary>
    public static int WriteVariable(Span<byte> bytes, ulong value)
    {
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            bytes[length++] = (byte)(value | 0x80);
        bytes[length++] = (byte)value;
        return length;
    }

    /// <summary>Seven bits a byte, low bits first, a set high bit when more follow.</summary>
    public void WriteVariable(ulong value)
    {
        while (value >= 0x80)
        {
            WriteByte((byte)(value | 0x80));
            value >>= 7;
        }

        WriteByte((byte)value);
    }

    /// <summary>The sign goes to the lowest bit, so that small negative numbers stay short.</summary>
    public void WriteVariableSigned(long value) => WriteVariable((ulong)(value << 1 ^ value >> 63));

    /// <summary>Appends a blob and tells its offset; an empty one is at 0 for free.</summary>
    public uint AppendBlob(ReadOnlySpan<byte> content)
    {
        if (Length == 0)
            WriteByte(0);
        if (content.IsEmpty)
            return 0;

        var offset = (uint)Length;
        WriteVariable((uint)content.Length);
        Write(content);
        return offset;
    }

    /// <summary>Makes room for so many bytes more at once.</summary>
    public void EnsureRoom(int count)
    {
        if (_bytes.Length - Length < count)
            Array.Resize(ref _bytes, Length + count);
    }

    Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
            Grow(count);
        var space = _bytes.AsSpan(Length, count);
        Length += count;
        return space;
    }

    void Grow(int count) =>
        Array.Resize(ref _bytes, (int)Math.Min(Math.Max(_bytes.Length * 2L, Length + (long)count), Array.MaxLength));
}
