using Socorro.Crashes;

namespace Socorro.Storage;

/// <summary>What becomes of accepted crashes next. Handing the same ones over again changes nothing.</summary>
public abstract class Handover
{
    /// <summary>How many crashes to hand over at a time.</summary>
    public abstract int MaxBatch { get; }

    /// <summary>Crashes handed over by now, or found to be already.</summary>
    public long Done { get; protected set; }

    /// <summary>Crashes that were parked, because they could not be handed over.</summary>
    public long SetAside { get; protected set; }

    /// <summary>Hands crashes over in order, and then has the outbox forget them. Those before a failure stay handed over.</summary>
    public abstract Task HandOverAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel);
}

/// <summary>Tells the queue of crashes that stay in the store that accepted them.</summary>
public sealed class QueueHandover(CrashStore store, CrashQueue queue) : Handover
{
    public override int MaxBatch => 500;

    public override async Task HandOverAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel)
    {
        await queue.PublishAsync(Lane.Standard, [.. ids.Where(id => !id.IsDeferred)], cancel);
        await store.ConfirmQueuedAsync(ids, cancel);
        Done += ids.Count;
    }
}
