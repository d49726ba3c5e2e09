using System.Globalization;

namespace Socorro.Minidumps.Output;

/// <summary>Writes addresses as "0x" and as many digits as a pointer has, without making strings.</summary>
sealed class HexText(int pointerSize)
{
    readonly byte[] _buffer = new byte[2 + 16];

    /// <summary>The text of an address, good until the next call.</summary>
    public ReadOnlySpan<byte> Format(ulong address)
    {
        "0x"u8.CopyTo(_buffer);
        if (pointerSize == 4)
            ((uint)address).TryFormat(_buffer.AsSpan(2), out _, "x8", CultureInfo.InvariantCulture);
        else
            address.TryFormat(_buffer.AsSpan(2), out _, "x16", CultureInfo.InvariantCulture);
        return _buffer.AsSpan(0, 2 + 2 * pointerSize);
    }
}
