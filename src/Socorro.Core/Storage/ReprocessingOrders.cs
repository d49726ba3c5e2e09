using Socorro.Crashes;

namespace Socorro.Storage;

/// <summary>
/// The part of the catalog that remembers which crashes shall be processed again and how far that is. Changes are durable
/// when their calls complete. All members may be called from any thread, and by several processes.
/// </summary>
public abstract class ReprocessingOrders
{
    /// <summary>Adds an open order for the crashes of its query.</summary>
    /// <returns>The order with its key.</returns>
    public abstract Task<ReprocessingOrder> AddAsync(ReprocessingOrder order, CancellationToken cancel);

    /// <summary>Adds an order for crashes by id. It is open when all have come; one that was cut short is forgotten.</summary>
    public abstract Task<ReprocessingOrder> AddAsync(
        ReprocessingOrder order, IAsyncEnumerable<CrashId> crashes, CancellationToken cancel);

    /// <summary>The newest orders, newest first.</summary>
    public abstract Task<IReadOnlyList<ReprocessingOrder>> ListAsync(int most, CancellationToken cancel);

    /// <summary>Open orders, the one that has waited longest for its turn first.</summary>
    public abstract Task<IReadOnlyList<ReprocessingOrder>> ListOpenAsync(int most, CancellationToken cancel);

    public abstract Task<ReprocessingOrder?> FindAsync(long key, CancellationToken cancel);

    /// <summary>The next crashes of an order by ids; empty when it has passed all.</summary>
    public abstract Task<IReadOnlyList<CrashId>> ListNextAsync(
        ReprocessingOrder order, int most, CancellationToken cancel);

    /// <summary>
    /// Writes down that an order went on from where it was; false when it is not open any more, or another process has
    /// moved it on meanwhile.
    /// </summary>
    /// <param name="order">The order as it was read.</param>
    /// <param name="next">How far it is now.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancel">Cancels.</param>
    public abstract Task<bool> AdvanceAsync(
        ReprocessingOrder order, ReprocessingProgress next, DateTimeOffset now, CancellationToken cancel);

    /// <summary>Writes down what keeps an open order from going on; <see cref="AdvanceAsync"/> takes it back.</summary>
    public abstract Task NoteErrorAsync(long key, string error, DateTimeOffset now, CancellationToken cancel);

    /// <summary>Ends an order; false when it is not open, or not there.</summary>
    public abstract Task<bool> CloseAsync(
        long key, ReprocessingState state, string? error, DateTimeOffset now, CancellationToken cancel);

    /// <summary>Forgets ids that no open order needs any more, so many at most.</summary>
    /// <returns>How many were forgotten.</returns>
    public abstract Task<int> ForgetIdsAsync(int most, CancellationToken cancel);
}
