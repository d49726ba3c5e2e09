using Socorro.Crashes;

namespace Socorro.Storage;

/// <summary>A crash that another store has durably.</summary>
/// <param name="Id">The crash.</param>
/// <param name="IsProcessed">Whether a processed crash is there as well.</param>
record struct CopiedCrash(CrashId Id, bool IsProcessed);

/// <summary>
/// Copies single crashes from one store to another. Each dump is read as a whole and hashed again, so that damage does not
/// travel.
/// </summary>
sealed class CrashCopier(CrashStore from, CrashStore to)
{
    /// <summary>Null when the crash is not there any more: somebody else has moved it.</summary>
    /// <exception cref="StorageRefusedException">A store is away, or what it holds of the crash is damaged.</exception>
    /// <exception cref="CrashIdTakenException">The other store has another crash with this id.</exception>
    public async Task<CopiedCrash?> CopyAsync(CrashId id, CancellationToken cancel)
    {
        if (await from.FindRawAsync(id, cancel) is not { } raw)
            return null;

        var dumps = new List<DumpCompressor>();
        try
        {
            var contents = new List<DumpContent>();
            foreach (var entry in raw.Dumps)
            {
                var dump = new DumpCompressor();
                dumps.Add(dump);
                contents.Add(await ReadAsync(id, entry, dump, cancel));
            }

            await PutAsync(raw, contents, cancel);
        }
        finally
        {
            dumps.ForEach(dump => dump.Dispose());
        }

        return new(id, await CopyProcessedAsync(id, cancel));
    }

    async Task<DumpContent> ReadAsync(CrashId id, DumpEntry entry, DumpCompressor into, CancellationToken cancel)
    {
        var bytes = await from.FindDumpAsync(id, entry.Name, cancel) ?? throw Damaged($"dump {entry.Name} of {id} is missing");
        into.Append(bytes.Span);
        var content = into.Finish();
        return into.Describe(entry.Name, entry.FileName) == entry
            ? content
            : throw Damaged($"dump {entry.Name} of {id} is not what was sent");
    }

    async Task PutAsync(RawCrash raw, IReadOnlyList<DumpContent> contents, CancellationToken cancel)
    {
        try
        {
            await to.PutRawAsync(raw, contents, cancel);
        }
        catch (CrashIdTakenException)
        {
            // A forwarder that did not hear our answer has sent it again after the first was moved: one is enough.
            if (await to.FindRawAsync(raw.Id, cancel) is not { } earlier || !earlier.HasSameContent(raw))
                throw;
        }
    }

    async Task<bool> CopyProcessedAsync(CrashId id, CancellationToken cancel)
    {
        // What the other store has is newer: since it is there, reports are stored nowhere else.
        if (await to.FindProcessedAsync(id, cancel) is not null)
            return true;
        if (await from.FindProcessedAsync(id, cancel) is not { } processed)
            return false;

        await to.PutProcessedAsync(processed, cancel);
        return true;
    }

    static StorageRefusedException Damaged(string what) => new(what) { IsDamage = true };
}
