using System.Runtime.CompilerServices;
using Socorro.Crashes;

namespace Socorro.Storage;

/// <summary>
/// Two stores as one: crashes are accepted into the first, from which a mover brings them to the second, and are found
/// wherever they are. Reports are stored in the second alone.
/// </summary>
/// <param name="accepting">On a local disk, always there.</param>
/// <param name="keeping">May be away.</param>
public sealed class SpooledCrashStore(CrashStore accepting, CrashStore keeping) : CrashStore
{
    public override Task PutRawAsync(RawCrash crash, IReadOnlyList<DumpContent> dumps, CancellationToken cancel) =>
        accepting.PutRawAsync(crash, dumps, cancel);

    // A crash leaves the first store after the second has it: looking in this order misses none.
    public override async Task<RawCrash?> FindRawAsync(CrashId id, CancellationToken cancel) =>
        await accepting.FindRawAsync(id, cancel) ?? await keeping.FindRawAsync(id, cancel);

    public override async Task<ReadOnlyMemory<byte>?> FindDumpAsync(CrashId id, string name, CancellationToken cancel) =>
        await accepting.FindDumpAsync(id, name, cancel) ?? await keeping.FindDumpAsync(id, name, cancel);

    public override Task PutProcessedAsync(ProcessedCrash crash, CancellationToken cancel) =>
        keeping.PutProcessedAsync(crash, cancel);

    public override async Task<bool> ReplaceProcessedAsync(
        ProcessedCrash expected, ProcessedCrash crash, CancellationToken cancel)
    {
        if (await keeping.ReplaceProcessedAsync(expected, crash, cancel))
            return true;
        if (await keeping.FindProcessedAsync(crash.Id, cancel) is not null
            || await accepting.FindProcessedAsync(crash.Id, cancel) is not { } older
            || !older.Json.Span.SequenceEqual(expected.Json.Span))
        {
            return false;
        }

        await keeping.PutProcessedAsync(crash, cancel);
        return true;
    }

    public override async Task<ProcessedCrash?> FindProcessedAsync(CrashId id, CancellationToken cancel)
    {
        try
        {
            return await keeping.FindProcessedAsync(id, cancel) ?? await accepting.FindProcessedAsync(id, cancel);
        }
        catch (StorageRefusedException)
        {
            // A crash that has not been moved is found, and is said not to be processed yet, while the other store is away.
            if (await accepting.FindProcessedAsync(id, cancel) is { } older)
                return older;
            if (await accepting.FindRawAsync(id, cancel) is not null)
                return null;
            throw;
        }
    }

    public override async IAsyncEnumerable<CrashId> ListAsync(
        DateOnly day, CrashId? after, [EnumeratorCancellation] CancellationToken cancel)
    {
        // Those in the first store are the newest. What is taken up after a crash of the second has passed them.
        var given = new HashSet<CrashId>();
        if (after is not { } last || await keeping.FindRawAsync(last, cancel) is null)
        {
            await foreach (var id in accepting.ListAsync(day, after, cancel))
            {
                given.Add(id);
                yield return id;
            }
        }

        await foreach (var id in keeping.ListAsync(day, after, cancel))
        {
            if (!given.Contains(id))
                yield return id;
        }
    }

    public override async Task<IReadOnlyList<DateOnly>> ListDaysAsync(CancellationToken cancel) =>
        [.. (await accepting.ListDaysAsync(cancel)).Union(await keeping.ListDaysAsync(cancel)).OrderDescending()];

    public override IAsyncEnumerable<CrashId> ListUnprocessedAsync(DateOnly day, CancellationToken cancel) =>
        accepting.ListUnprocessedAsync(day, cancel)
            .Where(async (id, cancel) => await keeping.FindProcessedAsync(id, cancel) is null)
            .Concat(keeping.ListUnprocessedAsync(day, cancel));

    public override async Task RemoveAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel)
    {
        await accepting.RemoveAsync(ids, cancel);
        await keeping.RemoveAsync(ids, cancel);
    }

    /// <summary>One that is on its way in this moment is counted in both stores.</summary>
    public override async Task<long> CountAsync(DateOnly day, CancellationToken cancel) =>
        await accepting.CountAsync(day, cancel) + await keeping.CountAsync(day, cancel);

    public override Task<IReadOnlyList<CrashId>> TakeUnqueuedAsync(int most, CancellationToken cancel) =>
        accepting.TakeUnqueuedAsync(most, cancel);

    public override Task ConfirmQueuedAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel) =>
        accepting.ConfirmQueuedAsync(ids, cancel);

    public override Task<Backlog> MeasureUnqueuedAsync(CancellationToken cancel) => accepting.MeasureUnqueuedAsync(cancel);

    public override async Task<string?> FindTroubleAsync(CancellationToken cancel) =>
        await accepting.FindTroubleAsync(cancel) ?? await keeping.FindTroubleAsync(cancel);

    public override async ValueTask DisposeAsync()
    {
        await accepting.DisposeAsync();
        await keeping.DisposeAsync();
    }
}
