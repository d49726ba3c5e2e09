using System.Diagnostics.CodeAnalysis;
using Socorro.Minidumps;
using Socorro.Minidumps.Images;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Symbols.Supply;

namespace Socorro.Stackwalk;

/// <summary>Walks one dump after another with the symbols that the arguments name, and logs why it could not.</summary>
sealed class DumpExplainer : IDisposable
{
    /// <summary>Each round, symbols may show frames of modules that nobody wanted before; few dumps need three.</summary>
    const int MaxRounds = 8;

    readonly StackwalkLog _log;
    readonly SymbolStore _symbols;
    readonly SymbolSupply? _supply;
    readonly ClientFacts _client;
    readonly WalkOptions _options;

    public DumpExplainer(StackwalkArguments arguments, StackwalkLog log)
    {
        _log = log;
        var cache = arguments.Find(Flags.SymbolsCache);
        var isSupplied = arguments.SymbolUrls is not [];
        var fetched = cache ?? (isSupplied ? FindOwnFolder() : null);
        _symbols = new(new SymbolStoreOptions
        {
            Roots = fetched is null ? arguments.SymbolPaths : [.. arguments.SymbolPaths, fetched],
            CacheFolder = cache is null ? null : Path.Combine(cache, ".tables"),
            CompilesInBackground = false,
        });
        if (isSupplied && fetched is not null)
        {
            _supply = new(
                new()
                {
                    Servers = [.. arguments.SymbolUrls.Select(url => new SymbolServer(url))],
                    Folder = fetched,
                    TotalTimeout = arguments.DownloadTimeout,
                },
                _symbols);
        }

        _options = new()
        {
            MaxWalkers = Environment.ProcessorCount,
            ModuleFiles = arguments.Has(Flags.UseLocalDebugInfo) ? ModuleFiles.OfThisMachine : null,
        };
        _client = arguments.Find(Flags.EvilJson) is { } file ? ReadClientFacts(file) : ClientFacts.None;
    }

    public void Dispose() => _supply?.Dispose();

    /// <summary>Waits for what is made of large symbol files for the next time, when there is a cache to keep it in.</summary>
    public Task FinishTablesAsync(CancellationToken cancel)
    {
        if (!_symbols.HasTablesToFinish)
            return Task.CompletedTask;

        // The report is out: what it was made of need not be held beside what a table is made of.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        return _symbols.FinishTablesAsync(cancel);
    }

    /// <summary>Opens a dump, or logs why it can't be read.</summary>
    public bool TryOpen(string file, [NotNullWhen(true)] out Minidump? dump, [NotNullWhen(false)] out Refusal? refusal)
    {
        try
        {
            if (Minidump.TryOpen(File.ReadAllBytes(file), Limits.Default, out dump, out refusal))
                return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            dump = null;
            refusal = new(
                e is FileNotFoundException or DirectoryNotFoundException or ArgumentException ? "FileNotFound" : "IoError",
                Directory.Exists(file) ? "It is a folder." : e.Message);
        }

        _log.Error(refusal.Error, $"{file}: {refusal.Message}");
        return false;
    }

    /// <summary>Walks a dump, with all the symbols that can be had.</summary>
    public async Task<ProcessState> ExplainAsync(string file, Minidump dump, CancellationToken cancel)
    {
        var state = StackWalker.Walk(dump, _symbols, _options);
        for (var round = 1; round < MaxRounds && await FetchAsync(state.Wanted, cancel); round++)
            state = StackWalker.Walk(dump, _symbols, _options);

        state = AddDownloads(state with { Client = _client });
        LogFindings(file, state);
        return state;
    }

    ProcessState AddDownloads(ProcessState state) => _supply is null ? state : state with
    {
        Modules = [.. state.Modules.Select(module =>
            module.Lookup is null ? module : module with { Downloads = _supply.AttemptsFor(module.Key) })],
        Unloaded = [.. state.Unloaded.Select(module => module with { Downloads = _supply.AttemptsFor(module.Key) })],
    };

    /// <summary>Not in the folder for temporary files, where others could plant symbols.</summary>
    static string FindOwnFolder() => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "minidump-stackwalk",
        "symbols");

    async Task<bool> FetchAsync(IReadOnlyList<ModuleKey> wanted, CancellationToken cancel) =>
        _supply is not null && wanted is not [] && await _supply.FetchAsync(wanted, cancel);

    ClientFacts ReadClientFacts(string file)
    {
        try
        {
            if (ClientFacts.TryRead(File.ReadAllBytes(file), out var facts))
                return facts;

            _log.Warn($"{Flags.EvilJson.Name} {file} is not a JSON object and is passed over");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.Warn($"{Flags.EvilJson.Name} {file} is passed over: {e.Message}");
        }

        return ClientFacts.None;
    }

    void LogFindings(string file, ProcessState state)
    {
        if (_log.Shows(LogLevel.Warn))
        {
            foreach (var problem in state.Dump.Problems)
                _log.Warn($"{file}: {problem}");
        }

        if (!_log.Shows(LogLevel.Debug))
            return;

        foreach (var module in state.Modules)
        {
            IReadOnlyList<LookupAttempt> attempts =
                [.. module.Lookup?.Attempts ?? [], .. module.Downloads, .. module.Files];
            foreach (var attempt in attempts)
                _log.Debug($"{module.Module.LeafName}: {attempt.Place} {attempt.Answer}");
        }
    }
}
