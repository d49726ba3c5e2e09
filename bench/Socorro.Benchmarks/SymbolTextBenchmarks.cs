using BenchmarkDotNet.Attributes;
using Socorro.Benchmarks.Generated;
using Socorro.Minidumps.Symbols.Stores;
using Socorro.Minidumps.Symbols.Tables;
using Socorro.Minidumps.Symbols.Text;

namespace Socorro.Benchmarks;

/// <summary>What a symbol text costs when it is seen for the first time: 40 MB of it, so 25 ms are 1.6 GB/s.</summary>
public class SymbolTextBenchmarks
{
    const int MegaBytes = 40;

    string _path = "";
    SourceStamp _stamp;

    [GlobalSetup]
    public void Write()
    {
        _path = Path.GetTempFileName();
        using (var file = File.Create(_path))
            new GeneratedModule(MegaBytes).WriteSymbols(file);
        _stamp = SourceFile.Stamp(_path);
    }

    [GlobalCleanup]
    public void Delete() => File.Delete(_path);

    /// <summary>The scan that lets a report begin.</summary>
    [Benchmark]
    public long Index()
    {
        using var index = new MemoryStream();
        TextScan.TryIndex(_path, _stamp, index, out _);
        return index.Length;
    }

    /// <summary>The whole table.</summary>
    [Benchmark]
    public long Compile()
    {
        using var text = File.OpenRead(_path);
        using var table = new MemoryStream();
        SymbolText.TryCompile(text, _stamp, table, out _);
        return table.Length;
    }
}
