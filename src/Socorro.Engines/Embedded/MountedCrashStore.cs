using Microsoft.Extensions.Logging;
using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Engines.Embedded;

/// <summary>
/// The crash store in a folder that may be away, as on a disk that is not mounted now. A mark in the folder tells it from the
/// empty folder that is seen then, and from another disk: without it nothing is read, and nothing is written.
/// </summary>
sealed class MountedCrashStore(
    string folder, StoreMark mark, TimeProvider time, ILogger<SqliteCrashStore> logger) : CrashStore
{
    readonly Lock _lock = new();
    SqliteCrashStore? _opened;

    SqliteCrashStore Store
    {
        get
        {
            if (mark.FindTrouble(folder) is { } trouble)
                throw new StorageRefusedException($"The store {folder} is away: {trouble}. Is its disk mounted?");

            lock (_lock)
                return _opened ??= Open();
        }
    }

    public override async Task PutRawAsync(RawCrash crash, IReadOnlyList<DumpContent> dumps, CancellationToken cancel) =>
        await Store.PutRawAsync(crash, dumps, cancel);

    public override async Task<RawCrash?> FindRawAsync(CrashId id, CancellationToken cancel) =>
        await Store.FindRawAsync(id, cancel);

    public override async Task<ReadOnlyMemory<byte>?> FindDumpAsync(CrashId id, string name, CancellationToken cancel) =>
        await Store.FindDumpAsync(id, name, cancel);

    public override async Task PutProcessedAsync(ProcessedCrash crash, CancellationToken cancel) =>
        await Store.PutProcessedAsync(crash, cancel);

    public override async Task<bool> ReplaceProcessedAsync(
        ProcessedCrash expected, ProcessedCrash crash, CancellationToken cancel) =>
        await Store.ReplaceProcessedAsync(expected, crash, cancel);

    public override async Task<ProcessedCrash?> FindProcessedAsync(CrashId id, CancellationToken cancel) =>
        await Store.FindProcessedAsync(id, cancel);

    public override IAsyncEnumerable<CrashId> ListAsync(DateOnly day, CrashId? after, CancellationToken cancel) =>
        Store.ListAsync(day, after, cancel);

    public override async Task<IReadOnlyList<DateOnly>> ListDaysAsync(CancellationToken cancel) =>
        await Store.ListDaysAsync(cancel);

    public override IAsyncEnumerable<CrashId> ListUnprocessedAsync(DateOnly day, CancellationToken cancel) =>
        Store.ListUnprocessedAsync(day, cancel);

    public override async Task RemoveAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel) =>
        await Store.RemoveAsync(ids, cancel);

    public override async Task<long> CountAsync(DateOnly day, CancellationToken cancel) =>
        await Store.CountAsync(day, cancel);

    public override async Task<IReadOnlyList<CrashId>> TakeUnqueuedAsync(int most, CancellationToken cancel) =>
        await Store.TakeUnqueuedAsync(most, cancel);

    public override async Task ConfirmQueuedAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel) =>
        await Store.ConfirmQueuedAsync(ids, cancel);

    public override async Task<Backlog> MeasureUnqueuedAsync(CancellationToken cancel) =>
        await Store.MeasureUnqueuedAsync(cancel);

    public override async Task<string?> FindTroubleAsync(CancellationToken cancel)
    {
        try
        {
            return await Store.FindTroubleAsync(cancel);
        }
        catch (StorageRefusedException e)
        {
            return e.Message;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_opened is not null)
            await _opened.DisposeAsync();
    }

    SqliteCrashStore Open()
    {
        try
        {
            return new(Path.Combine(folder, "crashes"), time, logger);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageRefusedException($"The store {folder} cannot be used: {e.Message}", e);
        }
    }
}
