using Microsoft.Extensions.Logging;
using Socorro.Crashes;

namespace Socorro.Storage;

/// <summary>
/// Hands over what lies in the accepting store and does not wait in its outbox: crashes from before there was a store to bring
/// them to, and crashes that were set aside. Looks when it starts and then every hour, and gives way to new crashes.
/// </summary>
public sealed partial class Stragglers(
    CrashStore accepting, StoreHandover handover, TimeProvider time, ILogger<Stragglers> log)
{
    static readonly TimeSpan Period = TimeSpan.FromHours(1);
    static readonly TimeSpan GiveWay = TimeSpan.FromSeconds(10);

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                await PassAsync(cancel);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
            {
                LogFailed(e);
            }

            await Task.Delay(Period, time, cancel);
        }
    }

    async Task PassAsync(CancellationToken cancel)
    {
        foreach (var day in (await accepting.ListDaysAsync(cancel)).Reverse())
        {
            await foreach (var page in accepting.ListAsync(day, cancel).Chunk(handover.MaxBatch).WithCancellation(cancel))
                await HandOverAsync(page, cancel);
        }
    }

    async Task HandOverAsync(CrashId[] page, CancellationToken cancel)
    {
        // Nothing waits after the page was listed: so nothing on it waits, and no crash is handed over before its turn.
        while ((await accepting.MeasureUnqueuedAsync(cancel)).Waiting > 0)
            await Task.Delay(GiveWay, time, cancel);

        await handover.HandOverAsync(page, cancel);
    }

    [LoggerMessage(LogLevel.Warning, "What lies in the data folder cannot be brought to the store now; the next try is in an hour")]
    partial void LogFailed(Exception e);
}
