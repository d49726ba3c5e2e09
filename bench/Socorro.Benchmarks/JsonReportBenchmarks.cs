using System.Buffers;
using BenchmarkDotNet.Attributes;
using Socorro.Minidumps;
using Socorro.Minidumps.Output;

namespace Socorro.Benchmarks;

/// <summary>Writes the report of a walked dump. Times are for a frame; the crashed thread's are written twice.</summary>
[MemoryDiagnoser]
public class JsonReportBenchmarks
{
    const int Threads = 100;
    const int Depth = 1000;

    readonly ProcessState _state = new Walk(50_000, Threads, Depth).Run();
    readonly ArrayBufferWriter<byte> _output = new(128 << 20);

    [Benchmark(OperationsPerInvoke = Threads * Depth)]
    public int Write()
    {
        _output.ResetWrittenCount();
        JsonReport.Write(_state, _output, JsonOptions.Default);
        return _output.WrittenCount;
    }
}
