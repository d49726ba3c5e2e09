using System.Globalization;

namespace Socorro.Crashes;

/// <summary>
/// The name of one crash: 36 characters of a version 4 UUID whose last seven are a throttle digit (0 accepted, 1 deferred)
/// and the UTC day of acceptance as yymmdd, as in <c>de1bb258-cbbf-4589-a673-34f800160918</c>.
/// </summary>
public readonly record struct CrashId : IComparable<CrashId>
{
    const int DigitPosition = 29;
    const int DayPosition = 30;
    const int Length = 36;

    readonly string _text;

    CrashId(string text, DateOnly day)
    {
        _text = text;
        Day = day;
    }

    /// <summary>The UTC day of acceptance; stores keep a crash under it.</summary>
    public DateOnly Day { get; }

    /// <summary>Whether the crash is to be processed only when somebody asks for it.</summary>
    public bool IsDeferred => ToString()[DigitPosition] == '1';

    /// <summary>A new random id for a crash accepted now.</summary>
    public static CrashId Create(DateTimeOffset acceptedAt, bool isDeferred = false)
    {
        var day = DateOnly.FromDateTime(acceptedAt.UtcDateTime);
        var digit = isDeferred ? '1' : '0';
        var random = Guid.NewGuid().ToString("D")[..DigitPosition];
        return new($"{random}{digit}{day.ToString("yyMMdd", CultureInfo.InvariantCulture)}", day);
    }

    /// <summary>
    /// Reads a bare id. The digits must be lower-case hex, the seventh from the end 0 or 1, the day one that exists.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out CrashId id)
    {
        id = default;
        if (text.Length != Length || !HasUuidShape(text) || text[DigitPosition] is not ('0' or '1'))
            return false;

        if (!DateOnly.TryParseExact(
            $"20{text[DayPosition..]}", "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return false;
        }

        id = new(text.ToString(), day);
        return true;
    }

    /// <summary>Reads an id that was checked before it was written.</summary>
    /// <exception cref="FormatException">The text is not a crash id.</exception>
    public static CrashId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a crash id");

    public int CompareTo(CrashId other) => string.CompareOrdinal(_text, other._text);

    public override string ToString() => _text ?? throw new InvalidOperationException("This crash id was never set");

    public static bool operator <(CrashId left, CrashId right) => left.CompareTo(right) < 0;

    public static bool operator <=(CrashId left, CrashId right) => left.CompareTo(right) <= 0;

    public static bool operator >(CrashId left, CrashId right) => left.CompareTo(right) > 0;

    public static bool operator >=(CrashId left, CrashId right) => left.CompareTo(right) >= 0;

    static bool HasUuidShape(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < Length; i++)
        {
            var fits = i is 8 or 13 or 18 or 23 ? text[i] == '-' : char.IsAsciiHexDigitLower(text[i]);
            if (!fits || (i >= DayPosition && !char.IsAsciiDigit(text[i])))
                return false;
        }

        return true;
    }
}
