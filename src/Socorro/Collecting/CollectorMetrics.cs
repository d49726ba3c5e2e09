using System.Diagnostics.Metrics;

namespace Socorro.Collecting;

/// <summary>What the collector counts, under the names that dashboards for Socorro know.</summary>
public sealed class CollectorMetrics
{
    const string Prefix = "socorro.collector.breakpad_resource.";

    readonly Counter<long> _incoming;
    readonly Counter<long> _gzipped;
    readonly Counter<long> _malformed;
    readonly Counter<long> _unauthorized;
    readonly Counter<long> _throttle;
    readonly Counter<long> _throttleRule;
    readonly Histogram<long> _crashSize;
    readonly Histogram<double> _postTime;
    readonly Counter<long> _saved;
    readonly Counter<long> _notSaved;
    readonly Histogram<double> _saveTime;

    public CollectorMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Socorro");
        _incoming = meter.CreateCounter<long>($"{Prefix}incoming_crash", "{crash}", "Submissions received");
        _gzipped = meter.CreateCounter<long>($"{Prefix}gzipped_crash", "{crash}", "Submissions with a compressed body");
        _malformed = meter.CreateCounter<long>($"{Prefix}malformed", "{crash}", "Submissions refused as malformed, by reason");
        _unauthorized = meter.CreateCounter<long>(
            $"{Prefix}unauthorized_uuid", "{crash}", "Submissions that chose a crash id without the token for it");
        _throttle = meter.CreateCounter<long>($"{Prefix}throttle", "{crash}", "Verdicts of the throttle, by result");
        _throttleRule = meter.CreateCounter<long>($"{Prefix}throttle_rule", "{crash}", "Verdicts of the throttle, by rule");
        _crashSize = meter.CreateHistogram<long>($"{Prefix}crash_size", "By", "Size of bodies as received, by payload");
        _postTime = meter.CreateHistogram<double>($"{Prefix}on_post.time", "ms", "From the first byte of a submission to its answer");
        _saved = meter.CreateCounter<long>("socorro.collector.crashmover.save_crash.count", "{crash}", "Crashes stored");
        _notSaved = meter.CreateCounter<long>(
            "socorro.collector.crashmover.save_crash_dropped.count", "{crash}", "Crashes that the store refused");
        _saveTime = meter.CreateHistogram<double>("socorro.collector.crashmover.crash_save.time", "ms", "Time to store a crash durably");
    }

    internal void Received(Submission submission)
    {
        _incoming.Add(1);
        if (submission.IsCompressed)
            _gzipped.Add(1);
        _crashSize.Record(
            submission.ReceivedBytes, new KeyValuePair<string, object?>("payload", submission.IsCompressed ? "compressed" : "uncompressed"));
    }

    internal void Throttled(Throttling.ThrottleDecision decision)
    {
        _throttle.Add(1, new KeyValuePair<string, object?>("result", decision.Verdict.ToString().ToLowerInvariant()));
        _throttleRule.Add(1, new KeyValuePair<string, object?>("rule", decision.Rule));
    }

    internal void Saved(TimeSpan elapsed)
    {
        _saved.Add(1);
        _saveTime.Record(elapsed.TotalMilliseconds);
    }

    internal void NotSaved() => _notSaved.Add(1);

    internal void Answered(Answer answer, TimeSpan elapsed)
    {
        _postTime.Record(elapsed.TotalMilliseconds);
        if (answer is Answer.Discarded(_, "unauthorized_uuid"))
            _unauthorized.Add(1);
        else if (answer is Answer.Discarded(>= 400, var reason))
            _malformed.Add(1, new KeyValuePair<string, object?>("reason", reason.Replace("malformed_", "")));
    }
}
