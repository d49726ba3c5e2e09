using System.Diagnostics.Metrics;
using Socorro.Storage;

namespace Socorro.Processing;

/// <summary>What the processor counts, under the names that dashboards for Socorro know.</summary>
public sealed class ProcessingMetrics(Meter meter)
{
    const string Prefix = "socorro.processor.";

    readonly Counter<long> _processed =
        meter.CreateCounter<long>($"{Prefix}process_crash", "{crash}", "Crashes processed, by ruleset");

    readonly Histogram<double> _ingestion = meter.CreateHistogram<double>(
        $"{Prefix}ingestion_timing", "ms", "From submission to the durable report, for first processings");

    readonly Histogram<double> _ruleTime =
        meter.CreateHistogram<double>($"{Prefix}rule.act.timing", "ms", "Time of a rule, by rule");

    readonly Counter<long> _ruleFailures =
        meter.CreateCounter<long>($"{Prefix}rule.failed", "{crash}", "Rules that failed, by rule");

    readonly Counter<long> _walks =
        meter.CreateCounter<long>($"{Prefix}minidumpstackwalk.run", "{dump}", "Dumps walked, by outcome");

    readonly Histogram<double> _walkTime =
        meter.CreateHistogram<double>($"{Prefix}minidumpstackwalk.timing", "ms", "Time to walk a dump, symbols included");

    readonly Counter<long> _retried =
        meter.CreateCounter<long>($"{Prefix}retried", "{crash}", "Crashes given back after a failure, to be tried again");

    readonly Counter<long> _parked =
        meter.CreateCounter<long>($"{Prefix}parked", "{crash}", "Crashes set aside for an operator");

    readonly UpDownCounter<long> _working =
        meter.CreateUpDownCounter<long>($"{Prefix}working", "{crash}", "Crashes that are being processed now");

    internal void Processed(string ruleset) => _processed.Add(1, Tag("ruleset", ruleset));

    internal void Ingested(TimeSpan elapsed) => _ingestion.Record(elapsed.TotalMilliseconds);

    internal void RuleRan(string rule, TimeSpan elapsed) => _ruleTime.Record(elapsed.TotalMilliseconds, Tag("rule", rule));

    internal void RuleFailed(string rule) => _ruleFailures.Add(1, Tag("rule", rule));

    internal void Walked(string outcome, TimeSpan elapsed)
    {
        _walks.Add(1, Tag("outcome", outcome));
        _walkTime.Record(elapsed.TotalMilliseconds);
    }

    internal void Retried(Lane lane) => _retried.Add(1, Tag("lane", lane.ToString().ToLowerInvariant()));

    internal void Parked() => _parked.Add(1);

    internal void Working(int change) => _working.Add(change);

    static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
