using System.Text;
using BenchmarkDotNet.Attributes;
using Socorro.Benchmarks.Generated;
using Socorro.Signatures;
using Socorro.Signatures.Lists;

namespace Socorro.Benchmarks;

/// <summary>Signatures of stacks of 60 frames as symbol files name them.</summary>
[MemoryDiagnoser]
public class SignatureBenchmarks
{
    const int Crashes = 1_000;

    readonly SignatureGenerator _generator = new(SignatureLists.BuiltIn);
    readonly SignatureGenerator _compatible = new(SignatureLists.BuiltIn, SignatureMode.Compatible);
    readonly Layer[] _layers = [Layer.BuiltIn];
    CrashData[] _crashes = [];
    byte[][] _json = [];
    int _next;
    int _unseen;

    [GlobalSetup]
    public void Setup()
    {
        _crashes = [.. Enumerable.Range(0, Crashes).Select(i => GeneratedStack.Make(i, i % 10))];
        _json = [.. _crashes.Select(crash => Encoding.UTF8.GetBytes(GeneratedStack.ToWalkedJson(crash)))];
    }

    [Benchmark(Baseline = true)]
    public Signature Generate() => _generator.Generate(_crashes[_next++ % Crashes]);

    [Benchmark]
    public Signature GenerateCompatible() => _compatible.Generate(_crashes[_next++ % Crashes]);

    /// <summary>Every frame is seen for the first time, and the stack has to be made.</summary>
    [Benchmark]
    public Signature GenerateFromUnseenFrames() => _generator.Generate(GeneratedStack.Make(_unseen++, _unseen));

    /// <summary>The frames have all members that a stack walk gives them, 21 kB together.</summary>
    [Benchmark]
    public Signature ReadJsonAndGenerate() => _generator.Generate(CrashDataReader.Read(_json[_next++ % Crashes]));

    [Benchmark]
    public SignatureLists CompileLists() => SignatureLists.From(_layers);
}
