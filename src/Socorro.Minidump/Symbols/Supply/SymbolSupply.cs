using System.Collections.Concurrent;
using Socorro.Minidumps.Symbols.Stores;

namespace Socorro.Minidumps.Symbols.Supply;

/// <summary>
/// Fetches symbol files that a walk wished for from servers into a folder that the walk's <see cref="SymbolStore"/> looks in.
/// Each module is fetched once however many ask; what is nowhere is remembered for a while, between runs too.
/// </summary>
public sealed class SymbolSupply(SymbolSupplyOptions options, SymbolStore store) : IDisposable
{
    readonly SymbolDownload _download = new(options);
    readonly MissingSymbols _missing = new(options);
    readonly SemaphoreSlim _slots = new(options.MaxDownloads);
    readonly ConcurrentDictionary<ModuleKey, Lazy<Task<bool>>> _running = [];
    readonly ConcurrentDictionary<ModuleKey, IReadOnlyList<LookupAttempt>> _attempts = [];

    /// <summary>Fetches what is to be had. True when something is there now that the store did not find before.</summary>
    public async Task<bool> FetchAsync(IReadOnlyList<ModuleKey> wanted, CancellationToken cancel)
    {
        var arrived = await Task.WhenAll(wanted.Distinct().Select(key => FetchOnceAsync(key, cancel)));
        return arrived.Contains(true);
    }

    /// <summary>The addresses that were asked for a module's symbols, and what each said.</summary>
    public IReadOnlyList<LookupAttempt> AttemptsFor(ModuleKey key) => _attempts.GetValueOrDefault(key) ?? [];

    /// <summary>Ends what is under way.</summary>
    public void Dispose()
    {
        _download.Dispose();
        _slots.Dispose();
    }

    async Task<bool> FetchOnceAsync(ModuleKey key, CancellationToken cancel)
    {
        var mine = new Lazy<Task<bool>>(() => FetchInSlotAsync(key, cancel));
        var running = _running.GetOrAdd(key, mine);
        try
        {
            return await running.Value.WaitAsync(cancel);
        }
        finally
        {
            if (running == mine)
                _running.TryRemove(new(key, mine));
        }
    }

    async Task<bool> FetchInSlotAsync(ModuleKey key, CancellationToken cancel)
    {
        await _slots.WaitAsync(cancel);
        try
        {
            var attempts = new List<LookupAttempt>();
            var arrived = await FetchAsync(key, attempts, cancel);
            _attempts[key] = attempts;
            return arrived;
        }
        finally
        {
            _slots.Release();
        }
    }

    async Task<bool> FetchAsync(ModuleKey asked, List<LookupAttempt> attempts, CancellationToken cancel)
    {
        if (_missing.Contains(asked))
        {
            attempts.Add(new(asked.Leaf, "was on no server a while ago"));
            return false;
        }

        var key = asked;
        if (asked.DebugId.Length == 0 && await FindByCodeAsync(asked, attempts, cancel) is { } found)
            key = found;
        if (key.DebugId.Length == 0 || !FileName.IsSafe(key.Leaf) || !key.DebugId.All(char.IsAsciiLetterOrDigit))
        {
            _missing.Add(asked, options.MissingFor);
            return false;
        }

        var mayPass = false;
        foreach (var address in options.Servers.SelectMany(server => server.AddressesOf(key)))
        {
            var outcome = await _download.FetchAsync(address, key, attempts, cancel);
            mayPass |= outcome == DownloadOutcome.Failed;
            if (outcome != DownloadOutcome.Arrived)
                continue;

            store.Forget(key);
            if (key != asked)
                store.Redirect(asked, key);
            return true;
        }

        _missing.Add(asked, mayPass ? options.FailedFor : options.MissingFor);
        return false;
    }

    async Task<ModuleKey?> FindByCodeAsync(ModuleKey key, List<LookupAttempt> attempts, CancellationToken cancel)
    {
        if (key.CodeFile.Length == 0 || key.CodeId.Length == 0)
        {
            attempts.Add(new(key.Leaf, "has neither debug id nor code id to ask for"));
            return null;
        }

        foreach (var server in options.Servers)
        {
            if (await _download.FindByCodeAsync(server.AddressByCode(key), key, attempts, cancel) is { } found)
                return found;
        }

        return null;
    }
}
