using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Socorro.Crashes;
using Socorro.Fields;
using Socorro.Search;
using Socorro.Signatures;
using Socorro.Storage;

namespace Socorro.Regrouping;

/// <summary>What signatures are made of, of a stored crash.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Crash">Its stack and annotations, product and signature; empty when it is damaged.</param>
/// <param name="Damage">Why what is stored can't be read; null when it can.</param>
public sealed record StoredStack(CrashId Id, NamedCrash Crash, string? Damage);

/// <summary>
/// The stored crashes as signatures see them, for everybody who makes signatures and stores none: nothing else of a crash is
/// handed out.
/// </summary>
public sealed class StoredStacks(CrashStore store, FieldSet fields, TimeProvider time)
{
    /// <summary>Reads the parameters of a search.</summary>
    /// <param name="text">The parameters.</param>
    /// <param name="query">What is wanted; null when anything is wrong.</param>
    /// <param name="errors">A sentence for each mistake.</param>
    public bool TryRead(string text, [NotNullWhen(true)] out CrashQuery? query, out IReadOnlyList<string> errors) =>
        CrashQuery.TryParse(text, fields, time.GetUtcNow(), out query, out errors);

    /// <summary>Null when the crash is not stored, or not processed yet.</summary>
    /// <exception cref="StorageRefusedException">The store is away.</exception>
    public async Task<StoredStack?> FindAsync(CrashId id, CancellationToken cancel) =>
        await store.FindProcessedAsync(id, cancel) is { } crash ? Read(crash) : null;

    /// <summary>The processed crashes that a query wants, newest days first.</summary>
    /// <exception cref="StorageRefusedException">The store is away, or a day can't be listed.</exception>
    public async IAsyncEnumerable<StoredStack> FindAsync(CrashQuery query, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var crash in new CrashScan(store).FindAsync(query, cancel))
        {
            if (crash.Processed is { } processed)
                yield return Read(processed);
        }
    }

    static StoredStack Read(ProcessedCrash crash)
    {
        try
        {
            var named = CrashDataReader.ReadNamed(crash.Json.Span);
            return new(crash.Id, named with { Id = crash.Id.ToString() }, null);
        }
        catch (JsonException e)
        {
            return new(crash.Id, default, $"not JSON: {e.Message}");
        }
    }
}
