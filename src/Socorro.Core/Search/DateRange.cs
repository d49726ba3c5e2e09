using System.Globalization;
using System.Text.Json;

namespace Socorro.Search;

/// <summary>A stretch of time, its begin within, its end without.</summary>
public readonly record struct DateRange(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>The search parameter.</summary>
    public const string Parameter = "date";

    /// <summary>The member of a processed crash that it is about.</summary>
    public const string Member = "date_processed";

    /// <summary>How long it is unless somebody says.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromDays(7);

    public static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    static readonly string[] Formats =
    [
        "yyyy-MM-dd",
        "yyyy-MM-dd'T'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd HH:mm:ssK",
        "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>The UTC days that it touches, newest first.</summary>
    public IEnumerable<DateOnly> Days
    {
        get
        {
            var first = DateOnly.FromDateTime(From.UtcDateTime);
            for (var day = DateOnly.FromDateTime(To.UtcDateTime.AddTicks(-1)); day >= first; day = day.AddDays(-1))
                yield return day;
        }
    }

    public bool Contains(DateTimeOffset time) => time >= From && time < To;

    internal bool Contains(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && TryParse(value.GetString()!, out var time) && Contains(time);

    /// <summary>Reads a day, or a day and time of ISO 8601; without zone it is UTC.</summary>
    internal static bool TryParse(string text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}
