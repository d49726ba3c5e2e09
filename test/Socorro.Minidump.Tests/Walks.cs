using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Tests;

/// <summary>Opens and walks the dumps of the conformance data.</summary>
static class Walks
{
    public static ProcessState Walk(string dump, params string[] symbolRoots) =>
        Walk(File.ReadAllBytes(SharedData.Path(["dumps", .. dump.Split('/')])), symbolRoots);

    public static ProcessState Walk(ReadOnlyMemory<byte> bytes, params string[] symbolRoots)
    {
        Assert.True(Minidump.TryOpen(bytes, Limits.Default, out var dump, out var refusal), refusal?.Message);
        var roots = symbolRoots.Select(root => SharedData.Path(["dumps", .. root.Split('/')]));
        return StackWalker.Walk(dump, new SymbolStore([.. roots]), WalkOptions.Default);
    }
}
