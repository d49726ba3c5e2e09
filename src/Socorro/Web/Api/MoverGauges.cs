using System.Diagnostics.Metrics;
using Socorro.Storage;

namespace Socorro.Web.Api;

/// <summary>What is accepted and not handed over yet, measured when somebody asks for the metrics, and what was done about it.</summary>
sealed class MoverGauges
{
    readonly Heartbeat _heartbeat;
    volatile Backlog? _backlog;

    public MoverGauges(
        CrashMover mover, Reconciler reconciler, Heartbeat heartbeat, TimeProvider time, IMeterFactory meters)
    {
        _heartbeat = heartbeat;
        var meter = meters.Create("Socorro");
        meter.CreateObservableGauge(
            "socorro.mover.waiting", () => Read(backlog => backlog.Waiting), "{crash}", "Accepted crashes that wait to be handed over");
        meter.CreateObservableGauge(
            "socorro.mover.oldest_age", () => Read(AgeOf), "s", "Age of the accepted crash that is handed over next");
        meter.CreateObservableGauge(
            "socorro.mover.failing", () => mover.Trouble is null ? 0 : 1, description: "1 while accepted crashes do not get through");
        meter.CreateObservableCounter(
            "socorro.mover.moved", () => mover.Moved, "{crash}", "Crashes handed over");
        meter.CreateObservableCounter(
            "socorro.mover.set_aside", () => mover.SetAside, "{crash}", "Crashes parked because they could not be handed over");
        meter.CreateObservableCounter(
            "socorro.collector.crashmover.retry_count", () => mover.Failures, "{failure}", "Failures to hand crashes over");
        meter.CreateObservableCounter(
            "socorro.reconciler.queued", () => reconciler.Queued, "{crash}", "Crashes that were stored, not processed and in no queue");

        double AgeOf(Backlog backlog) =>
            backlog.OldestSince is { } since ? Math.Max(0, (time.GetUtcNow() - since).TotalSeconds) : 0;
    }

    public async Task MeasureAsync(CancellationToken cancel) => _backlog = await _heartbeat.FindBacklogAsync(cancel);

    /// <summary>A store that does not answer leaves its gauges out.</summary>
    IEnumerable<Measurement<double>> Read(Func<Backlog, double> read) =>
        _backlog is { } backlog ? [new(read(backlog))] : [];
}
