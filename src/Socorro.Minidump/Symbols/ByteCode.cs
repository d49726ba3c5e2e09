namespace Socorro.Minidumps.Symbols;

/// <summary>Integers of variable length: seven bits a byte, low bits first, a set high bit when more follow.</summary>
static class ByteCode
{
    public static void WriteUnsigned(List<byte> bytes, ulong value)
    {
        while (value >= 0x80)
        {
            bytes.Add((byte)(value | 0x80));
            value >>= 7;
        }

        bytes.Add((byte)value);
    }

    /// <summary>The sign goes to the lowest bit, so that small negative numbers stay short.</summary>
    public static void WriteSigned(List<byte> bytes, long value) => WriteUnsigned(bytes, (ulong)(value << 1 ^ value >> 63));

    /// <summary>False when the bytes end within the number or it does not fit 64 bits.</summary>
    public static bool TryReadUnsigned(ReadOnlySpan<byte> bytes, ref int position, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 70 && position < bytes.Length; shift += 7)
        {
            var part = bytes[position++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return true;
        }

        return false;
    }

    public static bool TryReadSigned(ReadOnlySpan<byte> bytes, ref int position, out long value)
    {
        var read = TryReadUnsigned(bytes, ref position, out var folded);
        value = (long)(folded >> 1) ^ -(long)(folded & 1);
        return read;
    }
}
