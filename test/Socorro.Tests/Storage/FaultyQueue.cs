using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

/// <summary>A real queue behind a line that fails as a test says, for who publishes.</summary>
sealed class FaultyQueue(CrashQueue inner, Faults faults) : CrashQueue
{
    /// <summary>The crashes that were published, each time that one was not there.</summary>
    public List<CrashId> Arrivals { get; } = [];

    public override Task PublishAsync(Lane lane, IReadOnlyList<CrashId> ids, string? why, CancellationToken cancel) =>
        faults.RunAsync(nameof(PublishAsync), async () =>
        {
            var absent = await inner.FindAbsentAsync(ids, cancel);
            await inner.PublishAsync(lane, ids, why, cancel);
            Arrivals.AddRange(absent);
        });

    public override Task SetAsideAsync(CrashId id, string reason, CancellationToken cancel) =>
        faults.RunAsync(nameof(SetAsideAsync), () => inner.SetAsideAsync(id, reason, cancel));

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

    public override Task<IReadOnlyList<CrashId>> FindAbsentAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel) =>
        inner.FindAbsentAsync(ids, cancel);

    public override Task<IReadOnlyList<ParkedCrash>> ListParkedAsync(int most, CancellationToken cancel) =>
        inner.ListParkedAsync(most, cancel);

    public override Task<IReadOnlyList<LaneDepth>> MeasureAsync(CancellationToken cancel) => inner.MeasureAsync(cancel);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
