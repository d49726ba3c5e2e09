using System.Buffers.Binary;
using System.Numerics;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>
/// Reads the numbers of line records, most of a symbol text: a word of eight characters at a time, in which each byte is a
/// digit. What does not fit one, or is not written as converters write it, is read by the character.
/// </summary>
static class Digits
{
    const ulong Each = 0x0101010101010101;

    /// <summary>Up to eight digits and a blank.</summary>
    public static bool TryReadHex(ReadOnlySpan<byte> text, ref int position, out ulong value)
    {
        if (!TryTakeWord(text, position, (byte)' ', out var word, out var length))
            return TryReadHexSlowly(text, ref position, out value);

        // Letters have bit 6, and are 9 more than their low bits. The characters of the digits must be those that were read.
        var rest = 8 * (8 - length);
        var digits = (word & Each * 0x0f) + (word >> 6 & Each) * 9;
        var isLetter = digits + Each * 6 >> 4 & Each;
        var characters = digits + Each * '0' + isLetter * ('a' - '0' - 10);
        if (((characters ^ word) | (digits & Each * 0xf0)) << rest != 0)
            return TryReadHexSlowly(text, ref position, out value);

        digits = BinaryPrimitives.ReverseEndianness(digits << rest);
        digits = (digits | digits >> 4) & 0x00ff00ff00ff00ff;
        digits = (digits | digits >> 8) & 0x0000ffff0000ffff;
        value = (uint)(digits | digits >> 16);
        position += length + 1;
        return true;
    }

    /// <summary>Up to nine digits, which always fit, and a delimiter.</summary>
    public static bool TryReadDecimal(ReadOnlySpan<byte> text, byte delimiter, ref int position, out uint value)
    {
        if (!TryTakeWord(text, position, delimiter, out var word, out var length))
            return TryReadDecimalSlowly(text, delimiter, ref position, out value);

        var digits = (word ^ Each * '0') << 8 * (8 - length);
        if (((digits + Each * 0x76 | digits) & Each * 0x80) != 0)
            return TryReadDecimalSlowly(text, delimiter, ref position, out value);

        // Of digits, pairs and fours the one in front times 10, 100 or 10,000 comes to the one behind it, which is above it.
        digits = unchecked(digits * (1 + (10 << 8)) >> 8) & 0x00ff00ff00ff00ff;
        digits = unchecked(digits * (1 + (100 << 16)) >> 16) & 0x0000ffff0000ffff;
        value = (uint)(unchecked(digits * (1 + (10000UL << 32))) >> 32);
        position += length + 1;
        return true;
    }

    /// <summary>Eight characters, the first in the lowest byte, of which the delimiter ends the first one to seven.</summary>
    static bool TryTakeWord(ReadOnlySpan<byte> text, int position, byte delimiter, out ulong word, out int length)
    {
        if (position > text.Length - sizeof(ulong))
        {
            (word, length) = (0, 0);
            return false;
        }

        word = BinaryPrimitives.ReadUInt64LittleEndian(text[position..]);

        // The lowest byte that is zero gets its high bit set, and none below it.
        var others = word ^ Each * delimiter;
        length = BitOperations.TrailingZeroCount(unchecked(others - Each) & ~others & Each * 0x80) / 8;
        return length is > 0 and < 8;
    }

    static bool TryReadHexSlowly(ReadOnlySpan<byte> text, ref int position, out ulong value)
    {
        const int MaxDigits = 8;

        value = 0;
        for (var start = position; (uint)position < (uint)text.Length; position++)
        {
            var digit = FieldReader.HexDigits[text[position]];
            if (digit > 15)
                return text[position] == ' ' && position++ - start is > 0 and <= MaxDigits;

            value = value << 4 | digit;
        }

        return false;
    }

    static bool TryReadDecimalSlowly(ReadOnlySpan<byte> text, byte delimiter, ref int position, out uint value)
    {
        const int MaxDigits = 9;

        value = 0;
        for (var start = position; (uint)position < (uint)text.Length; position++)
        {
            var digit = (uint)(text[position] - '0');
            if (digit > 9)
                return text[position] == delimiter && position++ - start is > 0 and <= MaxDigits;

            value = value * 10 + digit;
        }

        return false;
    }
}
