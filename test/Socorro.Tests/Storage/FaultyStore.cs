using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

/// <summary>A real store behind a line that fails as a test says.</summary>
sealed class FaultyStore(CrashStore inner, Faults faults) : CrashStore
{
    /// <summary>The crashes that were stored, each time that one was stored anew.</summary>
    public List<CrashId> Arrivals { get; } = [];

    public override Task PutRawAsync(RawCrash crash, IReadOnlyList<DumpContent> dumps, CancellationToken cancel) =>
        faults.RunAsync(nameof(PutRawAsync), async () =>
        {
            var isNew = await inner.FindRawAsync(crash.Id, cancel) is null;
            await inner.PutRawAsync(crash, dumps, cancel);
            if (isNew)
                Arrivals.Add(crash.Id);
        });

    public override Task<RawCrash?> FindRawAsync(CrashId id, CancellationToken cancel) =>
        faults.RunAsync(nameof(FindRawAsync), () => inner.FindRawAsync(id, cancel));

    public override Task<ReadOnlyMemory<byte>?> FindDumpAsync(CrashId id, string name, CancellationToken cancel) =>
        faults.RunAsync(nameof(FindDumpAsync), () => inner.FindDumpAsync(id, name, cancel));

    public override Task PutProcessedAsync(ProcessedCrash crash, CancellationToken cancel) =>
        faults.RunAsync(nameof(PutProcessedAsync), () => inner.PutProcessedAsync(crash, cancel));

    public override Task<bool> ReplaceProcessedAsync(
        ProcessedCrash expected, ProcessedCrash crash, CancellationToken cancel) =>
        faults.RunAsync(nameof(ReplaceProcessedAsync), () => inner.ReplaceProcessedAsync(expected, crash, cancel));

    public override Task<long> CountAsync(DateOnly day, CancellationToken cancel) =>
        faults.RunAsync(nameof(CountAsync), () => inner.CountAsync(day, cancel));

    public override Task<ProcessedCrash?> FindProcessedAsync(CrashId id, CancellationToken cancel) =>
        faults.RunAsync(nameof(FindProcessedAsync), () => inner.FindProcessedAsync(id, cancel));

    public override IAsyncEnumerable<CrashId> ListAsync(DateOnly day, CrashId? after, CancellationToken cancel) =>
        inner.ListAsync(day, after, cancel);

    public override Task<IReadOnlyList<DateOnly>> ListDaysAsync(CancellationToken cancel) =>
        faults.RunAsync(nameof(ListDaysAsync), () => inner.ListDaysAsync(cancel));

    public override IAsyncEnumerable<CrashId> ListUnprocessedAsync(DateOnly day, CancellationToken cancel) =>
        inner.ListUnprocessedAsync(day, cancel);

    public override Task RemoveAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel) =>
        faults.RunAsync(nameof(RemoveAsync), () => inner.RemoveAsync(ids, cancel));

    public override Task<IReadOnlyList<CrashId>> TakeUnqueuedAsync(int most, CancellationToken cancel) =>
        faults.RunAsync(nameof(TakeUnqueuedAsync), () => inner.TakeUnqueuedAsync(most, cancel));

    public override Task ConfirmQueuedAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel) =>
        faults.RunAsync(nameof(ConfirmQueuedAsync), () => inner.ConfirmQueuedAsync(ids, cancel));

    public override Task<Backlog> MeasureUnqueuedAsync(CancellationToken cancel) =>
        faults.RunAsync(nameof(MeasureUnqueuedAsync), () => inner.MeasureUnqueuedAsync(cancel));

    public override Task<string?> FindTroubleAsync(CancellationToken cancel) =>
        faults.RunAsync(nameof(FindTroubleAsync), () => inner.FindTroubleAsync(cancel));

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
