using System.Collections.Concurrent;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Tests;

/// <summary>Opens and walks the dumps of the conformance data.</summary>
static class Walks
{
    // Symbols are parsed once for all tests.
    static readonly ConcurrentDictionary<string, SymbolStore> Stores = new();

    public static ProcessState Walk(string dump, params string[] symbolRoots) =>
        Walk(File.ReadAllBytes(SharedData.Path(["dumps", .. dump.Split('/')])), symbolRoots);

    public static ProcessState Walk(ReadOnlyMemory<byte> bytes, params string[] symbolRoots)
    {
        Assert.True(Minidump.TryOpen(bytes, Limits.Default, out var dump, out var refusal), refusal?.Message);
        return StackWalker.Walk(dump, GetStore(symbolRoots), WalkOptions.Default);
    }

    public static SymbolStore GetStore(params string[] roots) => Stores.GetOrAdd(
        string.Join(' ', roots),
        _ => new([.. roots.Select(root => SharedData.Path(["dumps", .. root.Split('/')]))]));
}
