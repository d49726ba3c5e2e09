using System.Diagnostics.Metrics;
using Socorro.Storage;

namespace Socorro.Reprocessing;

/// <summary>What reprocessing counts.</summary>
public sealed class ReprocessingMetrics
{
    readonly Counter<long> _looked;
    readonly Counter<long> _sent;
    readonly Counter<long> _failed;
    int _open;

    public ReprocessingMetrics(Meter meter)
    {
        _looked = meter.CreateCounter<long>("socorro.reprocessing.looked", "{crash}", "Crashes that orders passed, wanted or not");
        _sent = meter.CreateCounter<long>(
            "socorro.reprocessing.sent", "{crash}", "Crashes queued again, or whose signature was made again, by scope");
        _failed = meter.CreateCounter<long>("socorro.reprocessing.failed", "{crash}", "Wanted crashes that could not be");
        meter.CreateObservableGauge("socorro.reprocessing.open", () => _open, "{order}", "Orders that are not finished");
    }

    internal void Open(int orders) => _open = orders;

    internal void Advanced(ReprocessingScope scope, ReprocessingProgress before, ReprocessingProgress now)
    {
        _looked.Add(now.Looked - before.Looked);
        _sent.Add(
            now.Sent - before.Sent, new KeyValuePair<string, object?>("scope", scope.ToString().ToLowerInvariant()));
        _failed.Add(now.Failed - before.Failed);
    }
}
