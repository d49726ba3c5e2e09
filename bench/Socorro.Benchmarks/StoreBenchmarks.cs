using System.Collections.Frozen;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Crashes;
using Socorro.Engines.Embedded;
using Socorro.Storage;

namespace Socorro.Benchmarks;

/// <summary>
/// Durable puts of raw crashes by 64 writers, against bare appends of the same bytes to a file on the same disk. The
/// dumps are noise, so that nothing is won by compression: what counts is the bytes that reach the disk.
/// </summary>
[Config(typeof(OneRun))]
[MinColumn]
public class StoreBenchmarks
{
    const int Writers = 64;
    const int Crashes = 512;

    readonly DateTimeOffset _now = DateTimeOffset.UtcNow;
    string _folder = "";
    CrashStore _store = null!; // set before each iteration
    DumpCompressor _compressor = null!; // set up once
    DumpContent _dump = null!; // set up once
    byte[] _noise = [];

    [Params(150_000, 300_000)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Compress()
    {
        _noise = new byte[Bytes];
        new Random(1).NextBytes(_noise);
        _compressor = new();
        _compressor.Append(_noise);
        _dump = _compressor.Finish();
    }

    [IterationSetup]
    public void Open()
    {
        // Not the system's folder for temporary files, which may lie in memory.
        _folder = Path.Combine(AppContext.BaseDirectory, $"bench-{Guid.NewGuid():N}");
        _store = new SqliteCrashStore(_folder, TimeProvider.System, NullLogger<SqliteCrashStore>.Instance);
    }

    [IterationCleanup]
    public void Close()
    {
        _store.DisposeAsync().AsTask().Wait();
        Directory.Delete(_folder, recursive: true);
    }

    [GlobalCleanup]
    public void GiveBack() => _compressor.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Crashes, Description = "bare appends, one sync for 64")]
    public void AppendInGroups() => Append(Writers);

    [Benchmark(OperationsPerInvoke = Crashes, Description = "bare appends, a sync each")]
    public void AppendEach() => Append(1);

    [Benchmark(OperationsPerInvoke = Crashes, Description = "durable puts, compressed before")]
    public async Task Put() => await EachWriter(async () => await _store.PutRawAsync(NewCrash(), [_dump], default));

    [Benchmark(OperationsPerInvoke = Crashes, Description = "durable puts, hashed and compressed in pieces of 16 KiB")]
    public async Task CompressAndPut() => await EachWriter(async () =>
    {
        using var compressor = new DumpCompressor();
        for (var at = 0; at < Bytes; at += 16384)
            compressor.Append(_noise.AsSpan(at, Math.Min(16384, Bytes - at)));

        await _store.PutRawAsync(NewCrash(), [compressor.Finish()], default);
    });

    static async Task EachWriter(Func<Task> put) => await Task.WhenAll(
        Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Crashes / Writers; i++)
                await put();
        })));

    void Append(int perSync)
    {
        using var file = File.OpenHandle(Path.Combine(_folder, "bare"), FileMode.Create, FileAccess.Write);
        var at = 0L;
        for (var i = 1; i <= Crashes; i++)
        {
            RandomAccess.Write(file, _dump.Compressed, at);
            at += _dump.Compressed.Sum(piece => (long)piece.Length);
            if (i % perSync == 0)
                RandomAccess.FlushToDisk(file);
        }
    }

    // The disk is what is measured: few iterations of many puts, in this process.
    sealed class OneRun : ManualConfig
    {
        public OneRun() => AddJob(Job.Default
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithStrategy(RunStrategy.Monitoring)
            .WithWarmupCount(1)
            .WithIterationCount(5));
    }

    RawCrash NewCrash() => new()
    {
        Id = CrashId.Create(_now),
        SubmittedAt = _now,
        Annotations = FrozenDictionary<string, string>.Empty,
        Dumps = [_compressor.Describe("upload_file_minidump")],
        Metadata = new() { Payload = "multipart", IsCompressed = false, PayloadSize = Bytes },
    };
}
