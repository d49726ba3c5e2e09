using Socorro.Crashes;

namespace Socorro.Storage;

/// <summary>
/// Keeps raw crashes, their dumps and processed crashes. Whatever a put has completed survives the death of the process
/// and of the machine at any instant. All members may be called from any thread, and all throw
/// <see cref="StorageRefusedException"/> when the engine cannot do what they ask.
/// </summary>
public abstract class CrashStore : IAsyncDisposable
{
    /// <summary>
    /// Stores a raw crash with its dumps, all or nothing, and remembers that it waits to be queued: after this
    /// completes, the crash will be processed even if the process dies before it reaches a queue.
    /// </summary>
    /// <param name="crash">Its <see cref="RawCrash.Dumps"/> names the dumps in order.</param>
    /// <param name="dumps">The contents of each dump, in the same order; not touched once this has returned.</param>
    /// <param name="cancel">Cancelling after the write has begun may leave the crash stored.</param>
    /// <exception cref="StorageRefusedException">Nothing was kept: the disk is full, read-only or failing.</exception>
    /// <exception cref="CrashIdTakenException">A crash with this id is there already, with other content.</exception>
    public abstract Task PutRawAsync(RawCrash crash, IReadOnlyList<DumpContent> dumps, CancellationToken cancel);

    public abstract Task<RawCrash?> FindRawAsync(CrashId id, CancellationToken cancel);

    /// <summary>The uncompressed bytes of one dump; null when the crash or the dump is not there.</summary>
    public abstract Task<ReadOnlyMemory<byte>?> FindDumpAsync(CrashId id, string name, CancellationToken cancel);

    /// <summary>Stores or replaces the processed crash.</summary>
    /// <exception cref="StorageRefusedException">Nothing was changed.</exception>
    public abstract Task PutProcessedAsync(ProcessedCrash crash, CancellationToken cancel);

    /// <summary>
    /// Replaces a processed crash that was read before; false, and nothing changed, when another has taken its place.
    /// </summary>
    /// <exception cref="StorageRefusedException">Nothing was changed.</exception>
    public abstract Task<bool> ReplaceProcessedAsync(
        ProcessedCrash expected, ProcessedCrash crash, CancellationToken cancel);

    public abstract Task<ProcessedCrash?> FindProcessedAsync(CrashId id, CancellationToken cancel);

    /// <summary>
    /// Ids of the raw crashes of a UTC day, newest first. A listing can be taken up again after any crash that it gave; it
    /// begins anew when that crash is not there any more. What arrives meanwhile is not in it.
    /// </summary>
    public abstract IAsyncEnumerable<CrashId> ListAsync(DateOnly day, CrashId? after, CancellationToken cancel);

    /// <summary>Ids of all raw crashes of a UTC day, newest first.</summary>
    public IAsyncEnumerable<CrashId> ListAsync(DateOnly day, CancellationToken cancel) => ListAsync(day, after: null, cancel);

    /// <summary>The UTC days that may have crashes, newest first.</summary>
    public abstract Task<IReadOnlyList<DateOnly>> ListDaysAsync(CancellationToken cancel);

    /// <summary>
    /// Ids of a day's crashes that should be in a queue, in no particular order: they were confirmed as queued, are not
    /// deferred, and have no processed crash. Reads a page at a time, and no more of a crash than its id.
    /// </summary>
    public abstract IAsyncEnumerable<CrashId> ListUnprocessedAsync(DateOnly day, CancellationToken cancel);

    /// <summary>Removes crashes with all that belongs to them. Those that are not there are passed over.</summary>
    public abstract Task RemoveAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel);

    /// <summary>How many raw crashes a UTC day has.</summary>
    public abstract Task<long> CountAsync(DateOnly day, CancellationToken cancel);

    /// <summary>
    /// Accepted crashes that were not yet confirmed as queued, oldest first. Waits for the first when there is none.
    /// </summary>
    public abstract Task<IReadOnlyList<CrashId>> TakeUnqueuedAsync(int most, CancellationToken cancel);

    /// <summary>Forgets that these waited: the queue has them durably.</summary>
    public abstract Task ConfirmQueuedAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel);

    /// <summary>What waits to be confirmed as queued.</summary>
    public abstract Task<Backlog> MeasureUnqueuedAsync(CancellationToken cancel);

    /// <summary>Proves that the store can write durably now; the reason when it can't.</summary>
    public abstract Task<string?> FindTroubleAsync(CancellationToken cancel);

    public abstract ValueTask DisposeAsync();
}

/// <summary>The bytes of one dump on their way into the store, compressed as they arrived.</summary>
/// <param name="Compressed">A zstd frame, in pieces.</param>
/// <param name="Length">Uncompressed size in bytes.</param>
public sealed record DumpContent(IReadOnlyList<ReadOnlyMemory<byte>> Compressed, long Length);

/// <summary>Accepted crashes that wait to be queued.</summary>
/// <param name="Waiting">How many.</param>
/// <param name="OldestSince">The submission of the one that is next; null when none waits.</param>
/// <param name="Damage">Why some cannot be read, and are passed over until they can be; null when all can.</param>
public sealed record Backlog(long Waiting, DateTimeOffset? OldestSince, string? Damage = null);

/// <summary>
/// An engine cannot keep or give back what it should: its disk is full, read-only, failing or damaged, or its server is
/// away. The message names the file or the server. The same call may succeed later.
/// </summary>
public sealed class StorageRefusedException(string reason, Exception? cause = null) : Exception(reason, cause)
{
    /// <summary>True when what is stored is damaged: time alone will not help.</summary>
    public bool IsDamage { get; init; }
}

/// <summary>Another crash has this id: nothing was stored, and nothing of the other crash was changed.</summary>
public sealed class CrashIdTakenException(CrashId id) : Exception($"{id} is stored already, with other content");
