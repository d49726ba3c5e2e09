using System.Buffers;
using System.Globalization;

namespace Socorro.Conditions;

/// <summary>
/// A product's version for comparing: numbers between dots, of which the last may carry letters. Alphas, betas and
/// candidates (57.0a1, 57.0b3, 57.0rc2) come before their release; other letters (52.0esr) mean the release itself.
/// </summary>
public readonly record struct VersionNumber : IComparable<VersionNumber>
{
    static readonly SearchValues<char> DigitsAndDots = SearchValues.Create("0123456789.");

    readonly string _text;
    readonly int[] _numbers;
    readonly string _stage;

    VersionNumber(string text, int[] numbers, string stage)
    {
        _text = text;
        _numbers = numbers;
        _stage = stage;
    }

    public static bool TryParse(string text, out VersionNumber version)
    {
        version = default;
        var end = text.AsSpan().IndexOfAnyExcept(DigitsAndDots);
        var parts = (end < 0 ? text : text[..end]).Split('.', StringSplitOptions.RemoveEmptyEntries);
        var numbers = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                return false;
        }

        // Trailing zeros say nothing: 57 is 57.0.
        var length = Array.FindLastIndex(numbers, number => number != 0) + 1;
        var letters = end < 0 ? "" : text[end..];
        var isBefore = letters.StartsWith('a') || letters.StartsWith('b') || letters.StartsWith("rc", StringComparison.Ordinal);
        version = new(text, numbers[..length], isBefore ? letters : "~");
        return parts.Length > 0;
    }

    public int CompareTo(VersionNumber other)
    {
        var order = _numbers.AsSpan().SequenceCompareTo(other._numbers);
        return order != 0 ? order : CompareStages(_stage, other._stage);
    }

    public bool Equals(VersionNumber other) => CompareTo(other) == 0;

    public override int GetHashCode() => _numbers.Aggregate(0, HashCode.Combine);

    public override string ToString() => _text;

    // b10 comes after b9: shorter first, then by letter.
    static int CompareStages(string left, string right)
    {
        var letter = left[0].CompareTo(right[0]);
        if (letter != 0)
            return letter;

        var length = left.Length.CompareTo(right.Length);
        return length != 0 ? length : string.CompareOrdinal(left, right);
    }

    public static bool operator <(VersionNumber left, VersionNumber right) => left.CompareTo(right) < 0;

    public static bool operator <=(VersionNumber left, VersionNumber right) => left.CompareTo(right) <= 0;

    public static bool operator >(VersionNumber left, VersionNumber right) => left.CompareTo(right) > 0;

    public static bool operator >=(VersionNumber left, VersionNumber right) => left.CompareTo(right) >= 0;
}
