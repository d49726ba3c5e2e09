using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Tests.Processing;

/// <summary>A real store whose results can't be kept, or never end, when a test says so.</summary>
sealed class FlakyStore(CrashStore inner) : CrashStore
{
    /// <summary>The exception that putting a crash's result shall end with; null to put it.</summary>
    public Func<CrashId, Exception?> Fails { get; init; } = _ => null;

    /// <summary>Called when a put begins that shall not end before it is cancelled.</summary>
    public Action? Hangs { get; init; }

    public override Task PutRawAsync(RawCrash crash, IReadOnlyList<DumpContent> dumps, CancellationToken cancel) =>
        inner.PutRawAsync(crash, dumps, cancel);

    public override Task<RawCrash?> FindRawAsync(CrashId id, CancellationToken cancel) => inner.FindRawAsync(id, cancel);

    public override Task<ReadOnlyMemory<byte>?> FindDumpAsync(CrashId id, string name, CancellationToken cancel) =>
        inner.FindDumpAsync(id, name, cancel);

    public override async Task PutProcessedAsync(ProcessedCrash crash, CancellationToken cancel)
    {
        if (Hangs is not null)
        {
            Hangs();
            await Task.Delay(Timeout.Infinite, cancel);
        }

        if (Fails(crash.Id) is { } failure)
            throw failure;

        await inner.PutProcessedAsync(crash, cancel);
    }

    public override Task<bool> ReplaceProcessedAsync(
        ProcessedCrash expected, ProcessedCrash crash, CancellationToken cancel) =>
        inner.ReplaceProcessedAsync(expected, crash, cancel);

    public override Task<long> CountAsync(DateOnly day, CancellationToken cancel) => inner.CountAsync(day, cancel);

    public override Task<ProcessedCrash?> FindProcessedAsync(CrashId id, CancellationToken cancel) =>
        inner.FindProcessedAsync(id, cancel);

    public override IAsyncEnumerable<CrashId> ListAsync(DateOnly day, CrashId? after, CancellationToken cancel) =>
        inner.ListAsync(day, after, cancel);

    public override Task<IReadOnlyList<DateOnly>> ListDaysAsync(CancellationToken cancel) => inner.ListDaysAsync(cancel);

    public override IAsyncEnumerable<CrashId> ListUnprocessedAsync(DateOnly day, CancellationToken cancel) =>
        inner.ListUnprocessedAsync(day, cancel);

    public override Task RemoveAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel) => inner.RemoveAsync(ids, cancel);

    public override Task<Backlog> MeasureUnqueuedAsync(CancellationToken cancel) => inner.MeasureUnqueuedAsync(cancel);

    public override Task<IReadOnlyList<CrashId>> TakeUnqueuedAsync(int most, CancellationToken cancel) =>
        inner.TakeUnqueuedAsync(most, cancel);

    public override Task ConfirmQueuedAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel) =>
        inner.ConfirmQueuedAsync(ids, cancel);

    public override Task<string?> FindTroubleAsync(CancellationToken cancel) => inner.FindTroubleAsync(cancel);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
