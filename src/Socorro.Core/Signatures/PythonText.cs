using System.Buffers;
using System.Globalization;

namespace Socorro.Signatures;

/// <summary>Text operations as Python defines them, because signatures that must equal Socorro's depend on them.</summary>
static class PythonText
{
    static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029");

    /// <summary>What <c>str.isspace</c> calls white space: Unicode's, and the four separators of ASCII.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001c' and <= '\u001f';

    public static string Trim(string text)
    {
        var start = 0;
        while (start < text.Length && IsSpace(text[start]))
            start++;

        var end = text.Length;
        while (end > start && IsSpace(text[end - 1]))
            end--;

        return text[start..end];
    }

    /// <summary>The lines of a text; a last line end does not begin another line.</summary>
    public static IEnumerable<string> SplitLines(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var length = text.AsSpan(start).IndexOfAny(LineEnds);
            if (length < 0)
            {
                yield return text[start..];
                yield break;
            }

            yield return text.Substring(start, length);
            start += length + (text.AsSpan(start + length).StartsWith("\r\n") ? 2 : 1);
        }
    }

    /// <summary>
    /// An integer as <c>int()</c> reads it: blanks around, a sign, single underscores, the digits of any script. One that is
    /// beyond 64 bits is the largest or the smallest that is not.
    /// </summary>
    public static bool TryParseInteger(string? text, out long number)
    {
        number = 0;
        var digits = Trim(text ?? "");
        var isNegative = digits.StartsWith('-');
        if (digits is ['-' or '+', ..])
            digits = digits[1..];
        if (digits.Length == 0 || HasStrayUnderscore(digits))
            return false;

        foreach (var c in digits.Where(c => c != '_'))
        {
            var digit = CharUnicodeInfo.GetDecimalDigitValue(c);
            if (digit < 0)
                return false;

            number = number > (long.MaxValue - digit) / 10 ? long.MaxValue : (number * 10) + digit;
        }

        number = isNegative ? -number : number;
        return true;
    }

    /// <summary>A hex number in lower case with 0x and without leading zeros; a text that is none comes back as it is.</summary>
    public static string WithoutLeadingZeros(string text)
    {
        var digits = Trim(text);
        var sign = digits is ['-' or '+', ..] ? digits[..1] : "";
        digits = digits[sign.Length..];
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            digits = digits[2..].StartsWith('_') ? digits[3..] : digits[2..];

        if (digits.Length == 0 || HasStrayUnderscore(digits))
            return text;

        digits = string.Concat(digits.Where(c => c != '_').Select(HexDigitOf));
        if (!digits.All(char.IsAsciiHexDigit))
            return text;

        var significant = digits.TrimStart('0').ToLowerInvariant();
        return significant.Length == 0 ? "0x0" : $"{(sign == "-" ? "-" : "")}0x{significant}";
    }

    /// <summary>At most so many characters from the start, where a surrogate pair is one character.</summary>
    public static string CutTo(string text, int characters)
    {
        var end = 0;
        for (var i = 0; i < characters && end < text.Length; i++)
            end += IsPair(text, end) ? 2 : 1;

        return text[..end];
    }

    /// <summary>The length of a text where a surrogate pair is one character.</summary>
    public static int Length(ReadOnlySpan<char> text)
    {
        var length = 0;
        for (var i = 0; i < text.Length; length++)
            i += IsPair(text, i) ? 2 : 1;

        return length;
    }

    /// <summary>A digit of any script as the one of ASCII that it stands for; every other character as it is.</summary>
    static char HexDigitOf(char c) =>
        !char.IsAscii(c) && CharUnicodeInfo.GetDecimalDigitValue(c) is >= 0 and var digit ? (char)('0' + digit) : c;

    static bool IsPair(ReadOnlySpan<char> text, int index) => index + 1 < text.Length && char.IsSurrogatePair(text[index], text[index + 1]);

    static bool HasStrayUnderscore(string digits) =>
        digits.StartsWith('_') || digits.EndsWith('_') || digits.Contains("__", StringComparison.Ordinal);
}
