using System.Diagnostics;
using Socorro.Minidumps.Symbols.Stores;

namespace Socorro.Minidumps.Symbols;

/// <summary>
/// Finds the symbols of modules in ordered local roots, and keeps the tables it opened for the next asker. Safe to share
/// between threads: several that ask for one module wait for one opening.
/// </summary>
public sealed class SymbolStore(SymbolStoreOptions options)
{
    readonly LocalSymbols _local = new(options);
    readonly Lock _gate = new();
    readonly Dictionary<ModuleKey, Entry> _entries = [];
    readonly Dictionary<ModuleKey, ModuleKey> _redirects = [];
    readonly LinkedList<Entry> _byUse = [];
    long _openBytes;

    /// <summary>Looks in roots without a cache, with the bounds of <see cref="SymbolStoreOptions"/>.</summary>
    public SymbolStore(IReadOnlyList<string> roots)
        : this(new SymbolStoreOptions { Roots = roots })
    {
    }

    /// <summary>A store without symbols.</summary>
    public static SymbolStore Empty { get; } = new([]);

    /// <summary>Gives a table directly, in place of looking for its file. It is kept for good.</summary>
    public void Add(ModuleKey key, SymbolTable table)
    {
        var entry = new Entry(key) { Lookup = new() { Table = table } };
        lock (_gate)
            _entries[key] = entry;
    }

    /// <summary>The symbols of a module, or the story of why there are none.</summary>
    public SymbolLookup Find(ModuleKey key)
    {
        var entry = GetEntry(key);
        lock (entry)
        {
            if (entry.Lookup is { } known && (known.Table is not null || options.Time.GetUtcNow() < entry.Expires))
                return known;

            var started = Stopwatch.GetTimestamp();
            var lookup = _local.Find(entry.Key);
            lookup = lookup with { Took = Stopwatch.GetElapsedTime(started) };
            entry.Lookup = lookup;
            entry.Expires = options.Time.GetUtcNow() + options.MissingFor;
            if (lookup.Table is { } table)
                Charge(entry, table.Size);
            return lookup;
        }
    }

    /// <summary>Answers for a module with the symbols of another key: its dump did not know its debug id, and a server did.</summary>
    public void Redirect(ModuleKey from, ModuleKey to)
    {
        lock (_gate)
            _redirects[from] = to;
    }

    /// <summary>Whether <see cref="FinishTablesAsync"/> has something to wait for.</summary>
    public bool HasTablesToFinish => _local.HasTablesToFinish;

    /// <summary>Waits until the tables that replace indexes over large texts are in the cache.</summary>
    public Task FinishTablesAsync(CancellationToken cancel) => _local.FinishTablesAsync(cancel);

    /// <summary>Looks again the next time: somebody brought symbols, or took them away.</summary>
    public void Forget(ModuleKey key)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var entry))
                Drop(entry);
        }
    }

    Entry GetEntry(ModuleKey key)
    {
        lock (_gate)
        {
            key = _redirects.GetValueOrDefault(key, key);
            if (!_entries.TryGetValue(key, out var entry))
            {
                entry = new(key);
                _entries.Add(key, entry);
                entry.Place = _byUse.AddLast(entry);
                if (_byUse.Count > options.MaxRemembered)
                    Drop(_byUse.First!.Value);
            }
            else if (entry.Place is { } place)
            {
                _byUse.Remove(place);
                _byUse.AddLast(place);
            }

            return entry;
        }
    }

    /// <summary>Whoever uses a table that is dropped here keeps it alive until he is done.</summary>
    void Charge(Entry entry, long bytes)
    {
        lock (_gate)
        {
            if (entry.Place?.List is null)
                return;

            entry.Bytes = bytes;
            _openBytes += bytes;
            while (_openBytes > options.MaxOpenBytes && _byUse.First is { } oldest && oldest.Value != entry)
                Drop(oldest.Value);
        }
    }

    void Drop(Entry entry)
    {
        _entries.Remove(entry.Key);
        _openBytes -= entry.Bytes;
        if (entry.Place is { } place)
            _byUse.Remove(place);
    }

    sealed class Entry(ModuleKey key)
    {
        public ModuleKey Key => key;

        public SymbolLookup? Lookup { get; set; }

        public DateTimeOffset Expires { get; set; }

        public long Bytes { get; set; }

        /// <summary>In the order of use; null for a table that was given directly.</summary>
        public LinkedListNode<Entry>? Place { get; set; }
    }
}
