using System.Diagnostics;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using Socorro.Fields;
using Socorro.Processing;
using Socorro.Processing.Plugins;
using Socorro.Reading;
using Socorro.Reprocessing;
using Socorro.Signatures;
using Socorro.Storage;
using Socorro.Web.Api;

namespace Socorro.Web.Pages.Monitoring;

/// <summary>A configured folder of symbols, and whether it can be seen.</summary>
public sealed record SymbolFolder(string Path, bool Exists);

/// <summary><c>/monitoring/</c>: what works, what waits, and what could not be processed.</summary>
public sealed partial class MonitoringPage
{
    const int MaxParked = 100;
    const int MaxOrders = 20;
    const int MaxText = 2_000;

    [Parameter, EditorRequired]
    public required IReadOnlyList<HeartbeatError> Troubles { get; set; }

    [Parameter, EditorRequired]
    public required IReadOnlyList<LaneDepth> Lanes { get; set; }

    [Parameter, EditorRequired]
    public required IReadOnlyList<FailedCrash> Parked { get; set; }

    [Parameter, EditorRequired]
    public required CrashMover Mover { get; set; }

    [Parameter]
    public Backlog? Waiting { get; set; }

    [Parameter, EditorRequired]
    public required string StoreFolder { get; set; }

    [Parameter, EditorRequired]
    public required Reconciler Reconciler { get; set; }

    [Parameter, EditorRequired]
    public required IReadOnlyList<ReprocessingOrder> Orders { get; set; }

    [Parameter, EditorRequired]
    public required IReadOnlyList<UndeclaredAnnotation> Undeclared { get; set; }

    [Parameter, EditorRequired]
    public required RecentCounts Recent { get; set; }

    [Parameter, EditorRequired]
    public required IReadOnlyList<SymbolFolder> Symbols { get; set; }

    /// <summary>The rules of plug-ins, by plug-in.</summary>
    [Parameter, EditorRequired]
    public required IEnumerable<IGrouping<Plugin, IsolatedRule>> Plugins { get; set; }

    [Parameter, EditorRequired]
    public required SignatureGenerators Signatures { get; set; }

    [Parameter, EditorRequired]
    public required string DataFolder { get; set; }

    [Parameter]
    public long? FreeBytes { get; set; }

    [Parameter, EditorRequired]
    public required int Workers { get; set; }

    [Parameter, EditorRequired]
    public required DateTimeOffset Now { get; set; }

    TimeSpan Uptime => Now - Process.GetCurrentProcess().StartTime.ToUniversalTime();

    internal static async Task<IResult> ShowAsync(
        Heartbeat heartbeat,
        CrashQueue queue,
        CrashView crashes,
        Catalog catalog,
        ReprocessingDesk desk,
        CrashMover mover,
        Reconciler reconciler,
        SignatureGenerators signatures,
        FieldSet fields,
        Options options,
        PipelineChoice pipelines,
        TimeProvider time,
        CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var data = Path.GetFullPath(options.Data);
        var troubles = await heartbeat.CheckAsync(cancel);
        var hasQueue = troubles.All(trouble => trouble.Name != "queue");
        var hasCatalog = troubles.All(trouble => trouble.Name != "catalog");
        return new RazorComponentResult<MonitoringPage>(new
        {
            Troubles = troubles,
            Lanes = hasQueue ? await queue.MeasureAsync(cancel) : [],
            Parked = hasQueue ? await crashes.ListFailedAsync(MaxParked, cancel) : [],
            Mover = mover,
            Waiting = await heartbeat.FindBacklogAsync(cancel),
            StoreFolder = options.Store.Length > 0 ? Path.GetFullPath(options.Store) : "",
            Reconciler = reconciler,
            Orders = hasCatalog ? await desk.ListAsync(MaxOrders, crashes.Reader, cancel) : [],
            Undeclared = hasCatalog ? UndeclaredAnnotation.Of(await catalog.Undeclared.ListAsync(cancel), fields) : [],
            Recent = hasCatalog ? await RecentCounts.CountAsync(catalog, now, cancel) : RecentCounts.None,
            Symbols = options.Symbols.Select(path => new SymbolFolder(path, Directory.Exists(path))).ToList(),
            Plugins = pipelines.PluginRules.GroupBy(rule => rule.Plugin),
            Signatures = signatures,
            DataFolder = data,
            FreeBytes = Directory.Exists(data) ? new DriveInfo(data).AvailableFreeSpace : (long?)null,
            options.Workers,
            Now = now,
        });
    }

    /// <summary>Stops a reprocessing order, and shows what became of it.</summary>
    internal static async Task<IResult> CancelOrderAsync(long order, ReprocessingDesk desk, CancellationToken cancel)
    {
        await desk.CancelAsync(order, cancel);
        return TypedResults.LocalRedirect("/monitoring/#reprocessing");
    }
}
