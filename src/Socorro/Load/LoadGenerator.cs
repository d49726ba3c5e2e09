using System.Diagnostics;

namespace Socorro.Load;

/// <summary>What load to make.</summary>
/// <param name="Address">Where to post.</param>
/// <param name="Connections">Clients at a time, each with a connection of its own.</param>
/// <param name="Rate">Submissions a second; null for as many as the connections manage one after the other.</param>
/// <param name="Duration">How long submissions are begun.</param>
/// <param name="Sizes">How large the dumps are.</param>
/// <param name="Token">The upload token that each submission has; empty for none.</param>
public sealed record LoadPlan(Uri Address, int Connections, double? Rate, TimeSpan Duration, DumpSizes Sizes, string Token = "");

/// <summary>
/// Posts made-up crashes to a collector from many connections. With a rate, a submission's time counts from when it was
/// due: a server that stalls does not get its clients' patience as a present.
/// </summary>
public static class LoadGenerator
{
    const int Seed = 20260524;

    public static async Task<LoadReport> RunAsync(LoadPlan plan, Action<LoadReport> progress, CancellationToken cancel)
    {
        var pool = DumpPool.Create();
        var report = new LoadReport();
        var clock = Stopwatch.StartNew();
        var next = -1L;
        var connections = Enumerable.Range(0, plan.Connections).Select(number => RunConnectionAsync(new(Seed + number))).ToList();
        var all = Task.WhenAll(connections);
        while (await Task.WhenAny(all, Task.Delay(TimeSpan.FromSeconds(1), cancel)) != all)
        {
            cancel.ThrowIfCancellationRequested();
            report.Elapsed = clock.Elapsed;
            progress(report);
        }

        await all;
        report.Elapsed = clock.Elapsed;
        return report;

        async Task RunConnectionAsync(Random random)
        {
            await using var connection = new LoadConnection(plan.Address, plan.Token);
            while (true)
            {
                var due = plan.Rate is { } rate ? TimeSpan.FromSeconds(Interlocked.Increment(ref next) / rate) : clock.Elapsed;
                if (due >= plan.Duration)
                    return;
                if (due > clock.Elapsed)
                    await Task.Delay(due - clock.Elapsed, cancel);

                var length = plan.Sizes.Draw(random);
                var outcome = await connection.SendAsync(pool.Slice(random, length), cancel);
                report.Add(outcome, length, clock.Elapsed - due);
            }
        }
    }
}
