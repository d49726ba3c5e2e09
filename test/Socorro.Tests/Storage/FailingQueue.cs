using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

/// <summary>A real queue that fails when a test says so.</summary>
sealed class FailingQueue(CrashQueue inner) : CrashQueue
{
    /// <summary>For so many publications its server is away.</summary>
    public int FailuresLeft { get; set; }

    /// <summary>The exception that a publication ends with after it was made; null to end well.</summary>
    public Exception? EndsWith { get; init; }

    public override async Task PublishAsync(
        Lane lane, IReadOnlyList<CrashId> ids, string? why, CancellationToken cancel)
    {
        if (FailuresLeft-- > 0)
            throw new StorageRefusedException("The queue is away");

        await inner.PublishAsync(lane, ids, why, cancel);
        if (EndsWith is not null)
            throw EndsWith;
    }

    public override Task<IReadOnlyList<Lease>> LeaseAsync(int most, TimeSpan duration, CancellationToken cancel) =>
        inner.LeaseAsync(most, duration, cancel);

    public override Task WaitAsync(TimeSpan atMost, CancellationToken cancel) => inner.WaitAsync(atMost, cancel);

    public override Task<bool> ExtendAsync(Lease lease, TimeSpan duration, CancellationToken cancel) =>
        inner.ExtendAsync(lease, duration, cancel);

    public override Task CompleteAsync(IReadOnlyList<Lease> leases, CancellationToken cancel) =>
        inner.CompleteAsync(leases, cancel);

    public override Task RetryAsync(Lease lease, TimeSpan delay, string reason, CancellationToken cancel) =>
        inner.RetryAsync(lease, delay, reason, cancel);

    public override Task ParkAsync(Lease lease, string reason, CancellationToken cancel) =>
        inner.ParkAsync(lease, reason, cancel);

    public override Task SetAsideAsync(CrashId id, string reason, CancellationToken cancel) =>
        inner.SetAsideAsync(id, reason, cancel);

    public override Task<IReadOnlyList<CrashId>> FindAbsentAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel) =>
        inner.FindAbsentAsync(ids, cancel);

    public override Task<IReadOnlyList<ParkedCrash>> ListParkedAsync(int most, CancellationToken cancel) =>
        inner.ListParkedAsync(most, cancel);

    public override Task<IReadOnlyList<LaneDepth>> MeasureAsync(CancellationToken cancel) =>
        inner.MeasureAsync(cancel);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
