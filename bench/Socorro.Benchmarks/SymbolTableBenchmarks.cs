using BenchmarkDotNet.Attributes;
using Socorro.Benchmarks.Generated;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Symbols.Stores;
using Socorro.Minidumps.Symbols.Tables;
using Socorro.Minidumps.Symbols.Text;

namespace Socorro.Benchmarks;

/// <summary>Lookups at random addresses of a table made of 40 MB of text, and what opening one costs.</summary>
public class SymbolTableBenchmarks
{
    const int MegaBytes = 40;
    const int AddressCount = 1 << 14;

    readonly uint[] _addresses = new uint[AddressCount];
    readonly InlineSymbol[] _inlines = new InlineSymbol[16];
    SymbolTable _table = null!;
    string _path = "";
    int _next;

    [GlobalSetup]
    public void Compile()
    {
        var module = new GeneratedModule(MegaBytes);
        using var text = new MemoryStream();
        module.WriteSymbols(text);
        using var table = SymbolText.TryCompile(text.ToArray(), default, out _)!;
        _path = Path.GetTempFileName();
        File.WriteAllBytes(_path, table.ToArray());
        _table = OpenMapped();
        var random = new Random(1);
        for (var i = 0; i < _addresses.Length; i++)
            _addresses[i] = (uint)random.NextInt64(module.Size);
    }

    [GlobalCleanup]
    public void Delete() => File.Delete(_path);

    [Benchmark]
    public bool Function() => _table.TryFindFunction(NextAddress(), out _);

    [Benchmark]
    public bool FunctionLineAndInlines() => _table.TryFind(NextAddress(), _inlines, out _);

    [Benchmark]
    public bool UnwindRules() => _table.TryFindCfi(NextAddress(), out _);

    [Benchmark]
    public SymbolTable OpenMapped()
    {
        using var file = File.OpenHandle(_path);
        TableImage.TryOpen(MappedFile.Open(file).Memory, null, out _, out var image);
        return new(image!);
    }

    /// <summary>What <see cref="MappedFile"/> is there to avoid.</summary>
    [Benchmark]
    public SymbolTable OpenRead()
    {
        TableImage.TryOpen(File.ReadAllBytes(_path), null, out _, out var image);
        return new(image!);
    }

    uint NextAddress() => _addresses[_next++ & AddressCount - 1];
}
