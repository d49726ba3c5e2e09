using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using Socorro.Storage;

namespace Socorro.Web.Pages.Home;

/// <summary><c>/</c>: the newest crashes, the most frequent signatures, or how to send a first crash.</summary>
public sealed partial class HomePage
{
    const int MaxNewest = 25;
    const int MaxTop = 20;

    [Parameter, EditorRequired]
    public required IReadOnlyList<CrashSummary> Newest { get; set; }

    [Parameter, EditorRequired]
    public required IReadOnlyList<SignatureCount> Top { get; set; }

    [Parameter, EditorRequired]
    public required RecentCounts Recent { get; set; }

    [Parameter, EditorRequired]
    public required DateTimeOffset Now { get; set; }

    /// <summary>Scheme and host under which the reader reached this server.</summary>
    [Parameter, EditorRequired]
    public required string Site { get; set; }

    internal static async Task<IResult> ShowAsync(
        Catalog catalog, TimeProvider time, HttpRequest request, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        return new RazorComponentResult<HomePage>(new
        {
            Newest = await catalog.ListNewestAsync(MaxNewest, cancel),
            Top = await catalog.ListTopSignaturesAsync(now - RecentCounts.None.Week.Span, MaxTop, cancel),
            Recent = await RecentCounts.CountAsync(catalog, now, cancel),
            Now = now,
            Site = $"{request.Scheme}://{request.Host}",
        });
    }

    string Share(SignatureCount top) =>
        (Recent.Week.Crashes == 0 ? 0 : 100.0 * top.Count / Recent.Week.Crashes).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    string BarWidth(SignatureCount top) =>
        Math.Max(1, 100.0 * top.Count / Top[0].Count).ToString("0.#", CultureInfo.InvariantCulture);
}
