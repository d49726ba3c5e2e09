using System.Globalization;

namespace Socorro.Web;

/// <summary>Quantities as people read them.</summary>
public static class Wording
{
    static readonly (double Size, string Name)[] Sizes =
        [(1L << 40, "TiB"), (1L << 30, "GiB"), (1L << 20, "MiB"), (1L << 10, "KiB")];

    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>"1,234 crashes", "1 crash".</summary>
    public static string Count(long number, string one, string many) => $"{Count(number)} {(number == 1 ? one : many)}";

    /// <summary>"3.4 MiB"; plain bytes below a KiB.</summary>
    public static string Bytes(long bytes)
    {
        foreach (var (size, name) in Sizes)
        {
            if (bytes >= size)
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / size:0.#} {name}");
        }

        return $"{Count(bytes)} B";
    }

    /// <summary>The two largest units: "2 d 4 h", "3 min 20 s", "0 s".</summary>
    public static string Duration(TimeSpan duration)
    {
        if (duration < TimeSpan.Zero)
            return $"-{Duration(duration == TimeSpan.MinValue ? TimeSpan.MaxValue : -duration)}";

        (long Amount, string Unit)[] units =
        [
            ((long)duration.TotalDays, "d"),
            (duration.Hours, "h"),
            (duration.Minutes, "min"),
            (duration.Seconds, "s"),
        ];
        var first = Array.FindIndex(units, unit => unit.Amount > 0);
        return first < 0
            ? "0 s"
            : string.Join(' ', units[first..].Take(2).Where(unit => unit.Amount > 0).Select(unit => $"{unit.Amount} {unit.Unit}"));
    }

    /// <summary>"just now", "5 min ago", "3 d ago"; a time ahead of the clock is "just now" as well.</summary>
    public static string Ago(TimeSpan age) => age switch
    {
        { TotalSeconds: < 10 } => "just now",
        { TotalMinutes: < 1 } => $"{(int)age.TotalSeconds} s ago",
        { TotalHours: < 1 } => $"{(int)age.TotalMinutes} min ago",
        { TotalDays: < 1 } => $"{(int)age.TotalHours} h ago",
        _ => $"{(int)age.TotalDays} d ago",
    };

    public static string Moment(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>The text, or its beginning with a word on how long it really is.</summary>
    public static string Clip(string text, int most)
    {
        if (text.Length <= most)
            return text;

        var end = char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
        return $"{text[..end]}… ({Count(text.Length)} characters)";
    }
}
