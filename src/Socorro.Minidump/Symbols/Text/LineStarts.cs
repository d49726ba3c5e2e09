using System.Numerics;
using System.Runtime.Intrinsics;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>
/// Finds the lines of a symbol text that do not begin like a line record, and so passes over nine tenths of most texts at the
/// speed of memory.
/// </summary>
static class LineStarts
{
    /// <summary>
    /// Where the next line begins whose first character is no digit and no lower-case hex digit; −1 for none. The search
    /// starts at a place behind the text's first character.
    /// </summary>
    public static int FindKeyword(ReadOnlySpan<byte> text, int start)
    {
        if (Vector256.IsHardwareAccelerated)
        {
            for (; start <= text.Length - Vector256<byte>.Count; start += Vector256<byte>.Count)
            {
                var isStart = Vector256.Equals(Vector256.Create(text[(start - 1)..]), Vector256.Create((byte)'\n'));
                if (isStart == Vector256<byte>.Zero)
                    continue;

                var found = isStart & ~IsPassedOver(Vector256.Create(text[start..]));
                if (found != Vector256<byte>.Zero)
                    return start + BitOperations.TrailingZeroCount(found.ExtractMostSignificantBits());
            }
        }

        for (; start <= text.Length - Vector128<byte>.Count; start += Vector128<byte>.Count)
        {
            var isStart = Vector128.Equals(Vector128.Create(text[(start - 1)..]), Vector128.Create((byte)'\n'));
            if (isStart == Vector128<byte>.Zero)
                continue;

            var found = isStart & ~IsPassedOver(Vector128.Create(text[start..]));
            if (found != Vector128<byte>.Zero)
                return start + BitOperations.TrailingZeroCount(found.ExtractMostSignificantBits());
        }

        for (; start < text.Length; start++)
        {
            if (text[start - 1] == '\n' && !IsPassedOver(text[start]))
                return start;
        }

        return -1;
    }

    static Vector256<byte> IsPassedOver(Vector256<byte> characters) =>
        Vector256.LessThanOrEqual(characters - Vector256.Create((byte)'0'), Vector256.Create((byte)9))
        | Vector256.LessThanOrEqual(characters - Vector256.Create((byte)'a'), Vector256.Create((byte)5))
        | Vector256.Equals(characters, Vector256.Create((byte)'\n'));

    static Vector128<byte> IsPassedOver(Vector128<byte> characters) =>
        Vector128.LessThanOrEqual(characters - Vector128.Create((byte)'0'), Vector128.Create((byte)9))
        | Vector128.LessThanOrEqual(characters - Vector128.Create((byte)'a'), Vector128.Create((byte)5))
        | Vector128.Equals(characters, Vector128.Create((byte)'\n'));

    static bool IsPassedOver(byte character) =>
        character is >= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'f' or (byte)'\n';
}
