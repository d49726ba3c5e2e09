using System.Collections.Concurrent;
using System.Globalization;

namespace Socorro.Load;

/// <summary>What came of a load: answers, bytes and times.</summary>
public sealed class LoadReport
{
    const string Accepted = "200 CrashID";

    readonly ConcurrentDictionary<string, int> _outcomes = [];
    readonly List<double> _milliseconds = [];
    readonly Lock _lock = new();
    long _bytes;

    public TimeSpan Elapsed { get; set; }

    public int AcceptedCount => _outcomes.GetValueOrDefault(Accepted);

    public int FailedCount => _outcomes.Values.Sum() - AcceptedCount;

    /// <summary>Accepted crashes a second.</summary>
    public double Rate => AcceptedCount / Math.Max(Elapsed.TotalSeconds, 0.001);

    public void Add(string outcome, int length, TimeSpan time)
    {
        _outcomes.AddOrUpdate(outcome, 1, (_, count) => count + 1);
        if (outcome != Accepted)
            return;

        Interlocked.Add(ref _bytes, length);
        lock (_lock)
            _milliseconds.Add(time.TotalMilliseconds);
    }

    public override string ToString()
    {
        double[] sorted;
        lock (_lock)
            sorted = [.. _milliseconds.Order()];

        double At(double percentile) => sorted.Length == 0 ? 0 : sorted[(int)Math.Min(sorted.Length - 1, percentile / 100 * sorted.Length)];
        var failures = _outcomes.Where(pair => pair.Key != Accepted).OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} × {pair.Key}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
             accepted   {AcceptedCount} in {Elapsed.TotalSeconds:F1} s: {Rate:F1}/s, {_bytes / 1e6 / Math.Max(Elapsed.TotalSeconds, 0.001):F1} MB/s
             latency    p50 {At(50):F1} ms, p95 {At(95):F1} ms, p99 {At(99):F1} ms, max {At(100):F1} ms
             failures   {(FailedCount == 0 ? "none" : string.Join(", ", failures))}
             """);
    }
}
