using System.Collections.Concurrent;

namespace Socorro.Minidumps.Symbols;

/// <summary>
/// Finds the symbols of modules in ordered local roots, and keeps the tables it opened for the next asker. Safe to share
/// between threads.
/// </summary>
public sealed class SymbolStore(IReadOnlyList<string> roots)
{
    readonly ConcurrentDictionary<ModuleKey, SymbolLookup> _found = new();

    /// <summary>A store without symbols.</summary>
    public static SymbolStore Empty { get; } = new([]);

    /// <summary>Gives a table directly, in place of looking for its file.</summary>
    public void Add(ModuleKey key, SymbolTable table) => _found[key] = new() { Table = table };

    public SymbolLookup Find(ModuleKey key) => _found.GetOrAdd(key, Load);

    SymbolLookup Load(ModuleKey key)
    {
        if (key.Leaf.Length == 0 || key.DebugId.Length == 0)
            return new() { Attempts = [new(key.Leaf, "the module has no debug id")] };

        var attempts = new List<LookupAttempt>();
        foreach (var root in roots)
        {
            var path = Path.Combine(root, key.Leaf, key.DebugId, key.Stem + ".sym");
            if (!File.Exists(path))
            {
                attempts.Add(new(path, "is not there"));
                continue;
            }

            var table = SymbolTable.Parse(File.ReadAllBytes(path), out var problem);
            attempts.Add(new(path, table is null ? problem.What : "was read"));
            if (table is not null)
                return new() { Table = table, Attempts = attempts };
        }

        return new() { Attempts = attempts };
    }
}
