using System.Text;

namespace Socorro.Minidumps.Demangling.Rust;

/// <summary>Identifiers with letters beyond ASCII (RFC 3492), as Rust writes them: with an underscore for the delimiter.</summary>
static class Punycode
{
    const int MaxLength = 128;

    /// <summary>Null when it is none.</summary>
    public static string? Decode(string text)
    {
        var delimiter = text.LastIndexOf('_');
        var letters = new List<int>();
        for (var i = 0; i < delimiter; i++)
            letters.Add(text[i]);

        var (value, index, bias, isFirst) = (128L, 0L, 72L, true);
        for (var at = delimiter + 1; at < text.Length;)
        {
            if (!TryReadDelta(text, ref at, bias, out var delta) || letters.Count == MaxLength)
                return null;

            index += delta;
            var count = letters.Count + 1;
            bias = Adapt(delta, count, isFirst);
            isFirst = false;
            value += index / count;
            index %= count;
            if (!Rune.IsValid((int)Math.Min(value, int.MaxValue)))
                return null;
            letters.Insert((int)index++, (int)value);
        }

        return string.Concat(letters.Select(letter => new Rune(letter).ToString()));
    }

    static bool TryReadDelta(string text, ref int at, long bias, out long delta)
    {
        delta = 0;
        var weight = 1L;
        for (var k = 36L; at < text.Length && weight < int.MaxValue; k += 36)
        {
            var letter = text[at++];
            var digit = letter is >= 'a' and <= 'z' ? letter - 'a' : letter is >= '0' and <= '9' ? letter - '0' + 26 : 36;
            if (digit == 36)
                return false;

            delta += digit * weight;
            var threshold = Math.Clamp(k - bias, 1, 26);
            if (digit < threshold)
                return true;
            weight *= 36 - threshold;
        }

        return false;
    }

    static long Adapt(long delta, int count, bool isFirst)
    {
        delta = isFirst ? delta / 700 : delta / 2;
        delta += delta / count;
        var k = 0L;
        for (; delta > 35 * 26 / 2; k += 36)
            delta /= 35;
        return k + 36 * delta / (delta + 38);
    }
}
