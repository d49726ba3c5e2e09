using Microsoft.Extensions.Logging;

namespace Socorro.Storage;

/// <summary>
/// Moves accepted crashes from the store's outbox to the queue, for as long as the process runs, through any outage of
/// either: a crash is confirmed only after the queue has it, and published again when the confirmation got lost.
/// </summary>
public sealed partial class QueueMover(
    CrashStore store, CrashQueue queue, TimeProvider time, ILogger<QueueMover> logger)
{
    const int MaxBatch = 500;

    /// <summary>The pauses after the first, second … failure in a row; the last one repeats.</summary>
    public static readonly IReadOnlyList<TimeSpan> Delays =
        [.. new[] { 10, 30, 60, 120, 300 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

    /// <summary>Why crashes don't get through now; null when they do.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var failures = 0;
        while (true)
        {
            try
            {
                await MoveAsync(cancel);
                failures = 0;
                Trouble = null;
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
            {
                var delay = Delays[Math.Min(failures++, Delays.Count - 1)];
                Trouble = e.Message;
                LogFailed(delay.TotalSeconds, e);
                await Task.Delay(delay, time, cancel);
            }
        }
    }

    async Task MoveAsync(CancellationToken cancel)
    {
        var ids = await store.TakeUnqueuedAsync(MaxBatch, cancel);
        await queue.PublishAsync(Lane.Standard, [.. ids.Where(id => !id.IsDeferred)], cancel);
        await store.ConfirmQueuedAsync(ids, cancel);
    }

    [LoggerMessage(LogLevel.Error, "Accepted crashes cannot be queued; the next try is in {Seconds} s")]
    partial void LogFailed(double seconds, Exception e);
}
