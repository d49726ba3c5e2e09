using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;
using Socorro.Storage;

namespace Socorro.Web.Api;

/// <summary><c>/metrics</c>: everything on the meter "Socorro", the web server and the runtime as Prometheus text.</summary>
static class Metrics
{
    const string Path = "/metrics";

    static readonly string[] Meters =
        ["Socorro", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    public static void AddSocorroMetrics(this IServiceCollection services)
    {
        services.AddSingleton<QueueGauges>();
        services.AddSingleton<MoverGauges>();
        services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(Meters).AddPrometheusExporter());
    }

    /// <summary>Measures the queue before its gauges are read.</summary>
    public static void UseQueueGauges(this WebApplication app)
    {
        var gauges = app.Services.GetRequiredService<QueueGauges>();
        var movers = app.Services.GetRequiredService<MoverGauges>();
        app.UseWhen(context => context.Request.Path == Path, scrape => scrape.Use(async (context, next) =>
        {
            await gauges.MeasureAsync(context.RequestAborted);
            await movers.MeasureAsync(context.RequestAborted);
            await next(context);
        }));
    }

    public static void MapSocorroMetrics(this IEndpointRouteBuilder site) => site.MapPrometheusScrapingEndpoint(Path);
}

/// <summary>The queue's depth and age for each lane, measured when somebody asks for the metrics.</summary>
sealed class QueueGauges
{
    readonly Meter _meter;
    readonly CrashQueue _queue;
    readonly TimeProvider _time;
    volatile IReadOnlyList<LaneDepth> _lanes = [];

    public QueueGauges(CrashQueue queue, TimeProvider time, IMeterFactory meters)
    {
        _meter = meters.Create("Socorro");
        _queue = queue;
        _time = time;
        Observe("socorro.queue.waiting", "{crash}", "Crashes waiting in a lane", lane => lane.Waiting);
        Observe("socorro.queue.leased", "{crash}", "Crashes with a worker now", lane => lane.Leased);
        Observe("socorro.queue.oldest_age", "s", "Age of the longest-waiting crash of a lane", AgeOf);
    }

    /// <summary>A queue that does not answer leaves its gauges out: the other metrics are needed then most of all.</summary>
    public async Task MeasureAsync(CancellationToken cancel)
    {
        try
        {
            _lanes = await _queue.MeasureAsync(cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _lanes = [];
        }
    }

    double AgeOf(LaneDepth lane) =>
        lane.OldestSince is { } since ? Math.Max(0, (_time.GetUtcNow() - since).TotalSeconds) : 0;

    void Observe(string name, string unit, string meaning, Func<LaneDepth, double> read) =>
        _meter.CreateObservableGauge(
            name,
            () => _lanes.Select(lane => new Measurement<double>(
                read(lane), new KeyValuePair<string, object?>("lane", lane.Lane.ToString().ToLowerInvariant()))),
            unit,
            meaning);
}
