using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Socorro.Crashes;

namespace Socorro.Storage;

/// <summary>
/// Brings crashes from the store that accepted them to the one that keeps them, then tells the queue, and only then
/// removes them. One crash at a time is in memory. A crash that cannot be copied for its own fault is parked with the
/// reason and stays where it is; the others go on.
/// </summary>
public sealed partial class StoreHandover(
    CrashStore accepting, CrashStore keeping, CrashQueue queue, ILogger<StoreHandover> log) : Handover
{
    readonly CrashCopier _copier = new(accepting, keeping);

    public override int MaxBatch => 50;

    public override async Task HandOverAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel)
    {
        var (copied, outage) = await CopyAsync(ids, cancel);
        await PassOnAsync(copied, cancel);
        outage?.Throw();
    }

    /// <summary>Copies until all are done or the store is away, which is no reason to keep back those before.</summary>
    async Task<(List<CopiedCrash> Copied, ExceptionDispatchInfo? Outage)> CopyAsync(
        IReadOnlyList<CrashId> ids, CancellationToken cancel)
    {
        var copied = new List<CopiedCrash>();
        try
        {
            foreach (var id in ids)
            {
                if (await CopyAsync(id, cancel) is { } copy)
                    copied.Add(copy);
            }

            return (copied, null);
        }
        catch (StorageRefusedException e)
        {
            return (copied, ExceptionDispatchInfo.Capture(e));
        }
    }

    async Task<CopiedCrash?> CopyAsync(CrashId id, CancellationToken cancel)
    {
        try
        {
            return await _copier.CopyAsync(id, cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException and not StorageRefusedException { IsDamage: false })
        {
            // Damage, or a fault of ours that shows with this crash alone: time will not help, and the others must go on.
            LogSetAside(id, e);
            await queue.SetAsideAsync(id, $"It cannot be brought to the store: {e.Message}", cancel);
            await accepting.ConfirmQueuedAsync([id], cancel);
            SetAside++;
            return null;
        }
    }

    async Task PassOnAsync(List<CopiedCrash> copied, CancellationToken cancel)
    {
        List<CrashId> ids = [.. copied.Select(copy => copy.Id)];
        if (ids.Count == 0)
            return;

        await queue.PublishAsync(
            Lane.Standard, [.. copied.Where(copy => !copy.IsProcessed && !copy.Id.IsDeferred).Select(copy => copy.Id)], cancel);
        await keeping.ConfirmQueuedAsync(ids, cancel);
        await accepting.RemoveAsync(ids, cancel);
        Done += ids.Count;
    }

    [LoggerMessage(LogLevel.Error, "Crash {Id} cannot be brought to the store and is parked; it stays in the data folder")]
    partial void LogSetAside(CrashId id, Exception e);
}
