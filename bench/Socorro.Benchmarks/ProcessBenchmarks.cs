using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Crashes;
using Socorro.Engines.Embedded;
using Socorro.Fields;
using Socorro.Minidumps;
using Socorro.Minidumps.Symbols;
using Socorro.Processing;
using Socorro.Signatures;
using Socorro.Storage;

namespace Socorro.Benchmarks;

/// <summary>
/// One crash from the store to the finished document, with warm symbols. Reads the dump at SOCORRO_BENCH_DUMP with the symbols
/// of the folder SOCORRO_BENCH_SYMBOLS.
/// </summary>
[MemoryDiagnoser]
public class ProcessBenchmarks
{
    readonly string _folder = Directory.CreateTempSubdirectory("socorro-bench-").FullName;
    EmbeddedEngines _engines = null!; // Opened by the setup, as are the others.
    CrashProcessor _processor = null!;
    RawCrash _raw = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        var dump = await File.ReadAllBytesAsync(Read("SOCORRO_BENCH_DUMP"));
        var time = TimeProvider.System;
        _engines = await EmbeddedEngines.OpenAsync(_folder, time, NullLoggerFactory.Instance, CancellationToken.None);
        var metrics = new ProcessingMetrics(new Meter("Socorro.Benchmarks"));
        var walker = new DumpWalker(
            new SymbolStore([Read("SOCORRO_BENCH_SYMBOLS")]),
            fetch: null,
            Limits.Default,
            metrics,
            NullLogger<DumpWalker>.Instance);
        var pipelines = PipelineChoice.Create(
            new() { Fields = FieldSet.Default }, SignatureGenerators.BuiltIn, metrics, time, NullLoggerFactory.Instance);
        var undeclared = new UndeclaredCounter(
            FieldSet.Default, _engines.Catalog, time, NullLogger<UndeclaredCounter>.Instance);
        _processor = new(_engines.Store, _engines.Catalog, walker, pipelines, undeclared, metrics, time);

        using var compressor = new DumpCompressor();
        compressor.Append(dump);
        var content = compressor.Finish();
        var now = time.GetUtcNow();
        _raw = new()
        {
            Id = CrashId.Create(now),
            SubmittedAt = now,
            Annotations = new Dictionary<string, string> { ["ProductName"] = "Bench", ["Version"] = "1.0" }
                .ToFrozenDictionary(),
            Dumps = [compressor.Describe(CrashInput.MainDump, "")],
            Metadata = new() { Payload = "multipart", IsCompressed = false, PayloadSize = dump.Length },
        };
        await _engines.Store.PutRawAsync(_raw, [content], CancellationToken.None);
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _engines.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Walk, rules, signature, document.</summary>
    [Benchmark]
    public Task<ProcessingResult> MakeAsync() => _processor.MakeAsync(_raw, previous: null, why: null, CancellationToken.None);

    /// <summary>The same, and the result durable in store and catalog.</summary>
    [Benchmark]
    public Task<ProcessingOutcome> ProcessAsync() =>
        _processor.ProcessAsync(_raw.Id, again: true, why: null, CancellationToken.None);

    static string Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) ?? throw new InvalidOperationException($"{variable} is not set");
}
