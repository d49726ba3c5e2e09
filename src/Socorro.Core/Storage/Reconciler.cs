using Microsoft.Extensions.Logging;
using Socorro.Crashes;

namespace Socorro.Storage;

/// <summary>
/// Queues the crashes that are stored, have no report, and are in no queue: a queue that was lost or put back from a backup
/// forgets them. Looks through all days when it starts and once a day, and through the newest every hour, a page at a
/// time with pauses, so that a large store does not notice.
/// </summary>
public sealed partial class Reconciler(CrashStore store, CrashQueue queue, TimeProvider time, ILogger<Reconciler> log)
{
    const int PageSize = 500;
    const int MaxExamples = 20;
    const int NewestDays = 2;

    static readonly TimeSpan Period = TimeSpan.FromHours(1);
    static readonly TimeSpan AllEvery = TimeSpan.FromHours(24);
    static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(5);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The last pass of this process; null before the first has ended.</summary>
    public Reconciliation? Last { get; private set; }

    /// <summary>Crashes that this process has found in no queue.</summary>
    public long Queued { get; private set; }

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        DateTimeOffset? all = null;
        while (true)
        {
            var started = time.GetUtcNow();
            var isAll = all is null || started - all >= AllEvery;
            try
            {
                Last = await ReconcileAsync(isAll ? int.MaxValue : NewestDays, Pause, cancel);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
            {
                LogFailed(e);
                Last = new() { StartedAt = started, Error = e.Message };
            }

            if (isAll && Last.Error is null)
                all = started;

            await Task.Delay(Last.Error is null ? Period : AfterFailure, time, cancel);
        }
    }

    /// <summary>Looks through the newest days once.</summary>
    /// <param name="days">How many.</param>
    /// <param name="pause">How long to rest after each page of crashes.</param>
    /// <param name="cancel">Ends it; what was found by then is queued.</param>
    public async Task<Reconciliation> ReconcileAsync(int days, TimeSpan pause, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        var found = new Reconciliation { StartedAt = time.GetUtcNow() };
        try
        {
            foreach (var day in (await store.ListDaysAsync(cancel)).Take(days))
                found = await ReconcileAsync(day, pause, found with { Days = found.Days + 1 }, cancel);
        }
        catch (StorageRefusedException e)
        {
            found = Note(e, found);
        }

        if (found.Queued > 0)
            LogFound(found.Queued, found.Unprocessed, found.Days);
        return found with { Took = time.GetElapsedTime(started) };
    }

    async Task<Reconciliation> ReconcileAsync(
        DateOnly day, TimeSpan pause, Reconciliation found, CancellationToken cancel)
    {
        try
        {
            await foreach (var page in store.ListUnprocessedAsync(day, cancel).Chunk(PageSize).WithCancellation(cancel))
            {
                var queued = await QueueAsync(page, cancel);
                found = found with
                {
                    Unprocessed = found.Unprocessed + page.Length,
                    Queued = found.Queued + queued.Count,
                    Examples = [.. found.Examples, .. queued.Take(MaxExamples - found.Examples.Count)],
                };
                await Task.Delay(pause, time, cancel);
            }
        }
        catch (StorageRefusedException e)
        {
            // A damaged day must not keep the others from being looked at.
            return Note(e, found);
        }

        return found;
    }

    async Task<IReadOnlyList<CrashId>> QueueAsync(IReadOnlyList<CrashId> page, CancellationToken cancel)
    {
        var lost = new List<CrashId>();
        foreach (var id in await queue.FindAbsentAsync(page, cancel))
        {
            // A worker may have finished it, and left the queue, since the store was asked.
            if (await store.FindProcessedAsync(id, cancel) is null)
                lost.Add(id);
        }

        await queue.PublishAsync(Lane.Standard, lost, cancel);
        Queued += lost.Count;
        return lost;
    }

    Reconciliation Note(StorageRefusedException e, Reconciliation found)
    {
        LogFailed(e);
        return found with { Error = e.Message };
    }

    [LoggerMessage(LogLevel.Warning, "{Queued} of {Unprocessed} crashes without a report were in no queue, and are queued now; {Days} days were looked through")]
    partial void LogFound(long queued, long unprocessed, int days);

    [LoggerMessage(LogLevel.Error, "Stored crashes cannot be compared with the queue")]
    partial void LogFailed(Exception e);
}
