using System.Globalization;
using Socorro.Storage;

namespace Socorro.Web.Pages;

/// <summary>How many crashes were submitted in a time that ends now.</summary>
public sealed record RecentCount(string Label, TimeSpan Span, long Crashes)
{
    public string Rate => string.Create(CultureInfo.InvariantCulture, $"{Crashes / Span.TotalMinutes:#,0.##} a minute");
}

/// <summary>The crashes of the last hour, day and week.</summary>
public sealed record RecentCounts(RecentCount Hour, RecentCount Day, RecentCount Week)
{
    public static readonly RecentCounts None = new(
        new("Last hour", TimeSpan.FromHours(1), 0),
        new("Last 24 hours", TimeSpan.FromDays(1), 0),
        new("Last 7 days", TimeSpan.FromDays(7), 0));

    public IReadOnlyList<RecentCount> All => [Hour, Day, Week];

    public static async Task<RecentCounts> CountAsync(Catalog catalog, DateTimeOffset now, CancellationToken cancel)
    {
        return new(await CountOneAsync(None.Hour), await CountOneAsync(None.Day), await CountOneAsync(None.Week));

        async Task<RecentCount> CountOneAsync(RecentCount one) =>
            one with { Crashes = await catalog.CountAsync(now - one.Span, cancel) };
    }
}
