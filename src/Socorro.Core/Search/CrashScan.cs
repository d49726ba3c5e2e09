using System.Runtime.CompilerServices;
using System.Text.Json;
using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Search;

/// <summary>One crash that was looked at.</summary>
/// <param name="Id">Its id, which says where the scan stands: a later one can go on after it.</param>
/// <param name="Processed">Null when it was never processed.</param>
/// <param name="IsMatch">Whether the query wants it.</param>
/// <param name="Damage">Why it could not be read at all; null when it could.</param>
public sealed record ScannedCrash(CrashId Id, ProcessedCrash? Processed, bool IsMatch, string? Damage = null);

/// <summary>
/// Answers queries by reading the crashes of the store one after the other, newest days first, with one in memory at a time.
/// </summary>
public sealed class CrashScan(CrashStore store)
{
    /// <summary>
    /// The processed crashes that a query wants, and those it wants by what was sent that were accepted and never processed.
    /// </summary>
    public async IAsyncEnumerable<ScannedCrash> FindAsync(CrashQuery query, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var crash in ScanAsync(query, after: null, cancel))
        {
            if (crash.IsMatch)
                yield return crash;
        }
    }

    /// <summary>Every crash of the days that a query asks for, wanted or not.</summary>
    /// <param name="query">What is wanted.</param>
    /// <param name="after">The crash where an earlier scan of the same query stopped; null to begin.</param>
    /// <param name="cancel">Stops between two crashes.</param>
    /// <exception cref="StorageRefusedException">The store is away, or a day can't be listed.</exception>
    public async IAsyncEnumerable<ScannedCrash> ScanAsync(
        CrashQuery query, CrashId? after, [EnumeratorCancellation] CancellationToken cancel)
    {
        // Engines may answer at once for hours; whoever called has other things to do.
        await Task.Yield();
        foreach (var day in query.Dates.Days.Where(day => after is not { } last || day <= last.Day))
        {
            await foreach (var id in store.ListAsync(day, after?.Day == day ? after : null, cancel))
                yield return await LookAsync(query, id, cancel);
        }
    }

    async Task<ScannedCrash> LookAsync(CrashQuery query, CrashId id, CancellationToken cancel)
    {
        try
        {
            if (await FindProcessedAsync(id, cancel) is { } processed)
                return new(id, processed, query.Matches(processed));

            // A deferred crash is processed when somebody asks for it by its id.
            var raw = id.IsDeferred ? null : await store.FindRawAsync(id, cancel);
            return new(id, null, raw is not null && query.Matches(raw));
        }
        catch (StorageRefusedException e) when (e.IsDamage)
        {
            return new(id, null, IsMatch: false, e.Message);
        }
        catch (JsonException e)
        {
            return new(id, null, IsMatch: false, $"The processed crash is no JSON: {e.Message}");
        }
    }

    /// <summary>One that is damaged is as good as none: what was sent is there still, and processing it again mends it.</summary>
    async Task<ProcessedCrash?> FindProcessedAsync(CrashId id, CancellationToken cancel)
    {
        try
        {
            return await store.FindProcessedAsync(id, cancel);
        }
        catch (StorageRefusedException e) when (e.IsDamage)
        {
            return null;
        }
    }
}
