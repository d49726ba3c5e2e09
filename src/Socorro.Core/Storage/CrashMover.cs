using Microsoft.Extensions.Logging;

namespace Socorro.Storage;

/// <summary>
/// Takes accepted crashes from the outbox and hands them over, oldest first, for as long as the process runs and through
/// any outage: after a failure the same crashes are handed over again.
/// </summary>
/// <param name="accepting">The store that crashes are accepted into.</param>
/// <param name="handover">Where they go.</param>
/// <param name="time">The clock of the pauses.</param>
/// <param name="log">Hears of each failure.</param>
public sealed partial class CrashMover(
    CrashStore accepting, Handover handover, TimeProvider time, ILogger<CrashMover> log)
{
    /// <summary>The pauses after the first, second … failure in a row; the last one repeats.</summary>
    public static readonly IReadOnlyList<TimeSpan> Delays =
        [.. new[] { 10, 30, 60, 120, 300 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

    /// <summary>Why crashes don't get through now; null when they do.</summary>
    public string? Trouble { get; private set; }

    /// <summary>The last failure of this process, and its time; null when there was none.</summary>
    public (string Reason, DateTimeOffset At)? LastError { get; private set; }

    /// <summary>Failures of this process.</summary>
    public long Failures { get; private set; }

    /// <summary>Crashes that this process has handed over.</summary>
    public long Moved => handover.Done;

    /// <summary>Crashes that this process could not hand over for their own fault; they are parked.</summary>
    public long SetAside => handover.SetAside;

    public Task<Backlog> MeasureAsync(CancellationToken cancel) => accepting.MeasureUnqueuedAsync(cancel);

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var inARow = 0;
        while (true)
        {
            var before = handover.Done;
            try
            {
                await handover.HandOverAsync(await accepting.TakeUnqueuedAsync(handover.MaxBatch, cancel), cancel);
                inARow = 0;
                Trouble = null;
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
            {
                // Whatever gets something through is no outage that waits longer and longer.
                inARow = handover.Done > before ? 0 : inARow;
                var delay = Delays[Math.Min(inARow++, Delays.Count - 1)];
                Failures++;
                Trouble = e.Message;
                LastError = (e.Message, time.GetUtcNow());
                LogFailed(delay.TotalSeconds, e);
                await Task.Delay(delay, time, cancel);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "Accepted crashes do not get through; the next try is in {Seconds} s")]
    partial void LogFailed(double seconds, Exception e);
}
