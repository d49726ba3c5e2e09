using Socorro.Crashes;

namespace Socorro.Storage;

/// <summary>Where work waits, most urgent first.</summary>
public enum Lane
{
    /// <summary>Somebody is looking at the report.</summary>
    Priority,

    /// <summary>New crashes.</summary>
    Standard,

    /// <summary>Crashes to be processed again; never before new ones.</summary>
    Reprocessing,
}

/// <summary>
/// A crash handed to one worker until a time; then it is handed out again unless it was completed. It can be leased
/// again after its result became durable, when its completion or the outbox's confirmation was lost: a worker that finds
/// a processed crash in the store completes the lease at once, unless <see cref="IsReprocessing"/>.
/// </summary>
/// <param name="Id">The crash.</param>
/// <param name="Lane">Where it waited.</param>
/// <param name="Attempt">1 for the first; leases that ran out count, so a crash that kills its worker is seen.</param>
/// <param name="Token">Tells this lease from an earlier one of the same crash that ran out.</param>
public sealed record Lease(CrashId Id, Lane Lane, int Attempt, Guid Token)
{
    /// <summary>True when somebody asked for it to be processed again, whatever lane it has moved to since.</summary>
    public bool IsReprocessing { get; init; }

    /// <summary>What it is processed again for, in words for its history; null when nobody said.</summary>
    public string? Why { get; init; }
}

/// <summary>A crash that no retry could process; it waits for an operator.</summary>
public sealed record ParkedCrash(CrashId Id, int Attempts, string Error, DateTimeOffset ParkedAt);

/// <summary>One lane's backlog.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Waiting">Crashes ready or delayed, not leased.</param>
/// <param name="Leased">Crashes with a worker now.</param>
/// <param name="OldestSince">When the longest-waiting entered; null when nothing waits.</param>
public sealed record LaneDepth(Lane Lane, long Waiting, long Leased, DateTimeOffset? OldestSince);

/// <summary>
/// Leases crashes to workers. A crash is in the queue at most once; publishing it again only makes it more urgent.
/// Every change is durable when its call completes. All members may be called from any thread.
/// </summary>
public abstract class CrashQueue : IAsyncDisposable
{
    /// <summary>
    /// Queues crashes that are not queued yet, and moves those that wait in a less urgent lane, or are parked, to this
    /// one, without the delay of a retry. A crash with a worker stays with it, unless it shall be processed again: then
    /// its worker loses it.
    /// </summary>
    /// <param name="lane">The lane.</param>
    /// <param name="ids">The crashes.</param>
    /// <param name="why">What their leases say of it; null leaves what an earlier publication said.</param>
    /// <param name="cancel">Cancelling may leave them queued.</param>
    public abstract Task PublishAsync(Lane lane, IReadOnlyList<CrashId> ids, string? why, CancellationToken cancel);

    public Task PublishAsync(Lane lane, IReadOnlyList<CrashId> ids, CancellationToken cancel) =>
        PublishAsync(lane, ids, why: null, cancel);

    /// <summary>Leases up to so many crashes, most urgent lane first, oldest first; empty when none is ready.</summary>
    public abstract Task<IReadOnlyList<Lease>> LeaseAsync(int most, TimeSpan duration, CancellationToken cancel);

    /// <summary>Completes when a crash may be ready, or after a time: never misses one, may wake in vain.</summary>
    public abstract Task WaitAsync(TimeSpan atMost, CancellationToken cancel);

    /// <summary>Keeps a lease for longer; false when it is lost: another worker has, or will get, the crash.</summary>
    public abstract Task<bool> ExtendAsync(Lease lease, TimeSpan duration, CancellationToken cancel);

    /// <summary>Removes crashes whose results are durable. Lost leases are passed over.</summary>
    public abstract Task CompleteAsync(IReadOnlyList<Lease> leases, CancellationToken cancel);

    /// <summary>Gives a crash back to be tried again after a delay.</summary>
    public abstract Task RetryAsync(Lease lease, TimeSpan delay, string reason, CancellationToken cancel);

    /// <summary>Sets a crash aside with its error.</summary>
    public abstract Task ParkAsync(Lease lease, string reason, CancellationToken cancel);

    /// <summary>Parks a crash that no worker has: it cannot be handed to one. A crash with a worker stays with it.</summary>
    public abstract Task SetAsideAsync(CrashId id, string reason, CancellationToken cancel);

    /// <summary>Those of some crashes that are not here: they neither wait, nor have a worker, nor are parked.</summary>
    public abstract Task<IReadOnlyList<CrashId>> FindAbsentAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel);

    public abstract Task<IReadOnlyList<ParkedCrash>> ListParkedAsync(int most, CancellationToken cancel);

    /// <summary>The depth of every lane, in order of urgency.</summary>
    public abstract Task<IReadOnlyList<LaneDepth>> MeasureAsync(CancellationToken cancel);

    public abstract ValueTask DisposeAsync();
}
