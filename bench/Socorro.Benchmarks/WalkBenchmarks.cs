using BenchmarkDotNet.Attributes;
using Socorro.Minidumps;
using Socorro.Minidumps.Symbols;

namespace Socorro.Benchmarks;

/// <summary>Opens and walks a dump whose symbols are at hand. Times are for a frame.</summary>
[MemoryDiagnoser]
public class WalkBenchmarks
{
    const int Threads = 64;
    const int Depth = 40;
    const int ManyThreads = 100;
    const int ManyDepth = 1000;

    readonly Walk _typical = new(5_000, Threads, Depth);
    readonly Walk _large = new(50_000, ManyThreads, ManyDepth);

    [Benchmark(OperationsPerInvoke = Threads * Depth)]
    public ProcessState Typical() => _typical.Run();

    [Benchmark(OperationsPerInvoke = ManyThreads * ManyDepth)]
    public ProcessState Large() => _large.Run();
}

/// <summary>A generated dump with its symbols, checked once against the truth.</summary>
sealed class Walk
{
    readonly byte[] _dump;
    readonly SymbolStore _symbols = new([]);

    public Walk(int functions, int threads, int depth)
    {
        var generator = new StackGenerator(functions, threads, depth);
        _dump = generator.MakeDump();
        var table = SymbolTable.Parse(generator.MakeSymbols(), out var problem)
            ?? throw new InvalidOperationException($"the generated symbols are no symbols: {problem}");
        _symbols.Add(
            new(StackGenerator.Module, StackGenerator.DebugId, StackGenerator.Module, "33221100554477668899aabbccddeeff"), table);
        Check(Run(), generator.Truth);
    }

    public ProcessState Run()
    {
        if (!Minidump.TryOpen(_dump, Limits.Default, out var dump, out var refusal))
            throw new InvalidOperationException(refusal.Message);

        return StackWalker.Walk(dump, _symbols, WalkOptions.Default);
    }

    static void Check(ProcessState state, int[][] truth)
    {
        for (var i = 0; i < truth.Length; i++)
        {
            var names = state.Threads[i].Stack.Frames.Select(frame => frame.Location.Function);
            if (!names.SequenceEqual(truth[i].Select(StackGenerator.NameOf)))
                throw new InvalidOperationException($"the stack of thread {i} is wrong");
        }
    }
}
