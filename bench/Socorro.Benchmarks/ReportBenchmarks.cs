using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Microsoft.AspNetCore.Builder;

namespace Socorro.Benchmarks;

/// <summary>
/// What a person waits for: from the first byte of a submission to the last byte of its report, over HTTP and everything
/// between, and a report that is ready. Reads the dump at SOCORRO_BENCH_DUMP with the symbols of the folder
/// SOCORRO_BENCH_SYMBOLS.
/// </summary>
[Config(typeof(Waiting))]
public class ReportBenchmarks
{
    static readonly HttpClient Client = new();

    readonly string _folder = Directory.CreateTempSubdirectory("socorro-bench-").FullName;
    WebApplication _app = null!; // Started by the setup.
    byte[] _dump = [];
    string _site = "";
    string _ready = "";

    [GlobalSetup]
    public async Task StartAsync()
    {
        _dump = await File.ReadAllBytesAsync(Read("SOCORRO_BENCH_DUMP"));
        var options = new Options { Data = _folder, Url = "http://127.0.0.1:0", Symbols = [Read("SOCORRO_BENCH_SYMBOLS")] };
        _app = await App.BuildAsync(options, CancellationToken.None);
        await _app.StartAsync();
        _site = _app.Urls.Single();
        _ready = await SubmitToReportAsync();
    }

    [GlobalCleanup]
    public async Task StopAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark]
    public async Task<string> SubmitToReportAsync()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("Bench"), "ProductName" },
            { new StringContent("1.0"), "Version" },
            { new ByteArrayContent(_dump), "upload_file_minidump", "crash.dmp" },
        };
        using var answer = await Client.PostAsync($"{_site}/submit", form);
        var id = (await answer.Content.ReadAsStringAsync()).Trim()["CrashID=bp-".Length..];
        while (!(await ShowAsync(id)).Contains("id=\"tab-details\"", StringComparison.Ordinal))
            await Task.Delay(1);

        return id;
    }

    [Benchmark]
    public Task<string> ShowReportAsync() => ShowAsync(_ready);

    Task<string> ShowAsync(string id) => Client.GetStringAsync($"{_site}/report/index/{id}");

    static string Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) ?? throw new InvalidOperationException($"Set {variable}");

    /// <summary>Each wait is measured by itself: the slow ones are what matters.</summary>
    sealed class Waiting : ManualConfig
    {
        public Waiting()
        {
            AddJob(Job.Default
                .WithStrategy(RunStrategy.Monitoring)
                .WithToolchain(InProcessEmitToolchain.Instance)
                .WithWarmupCount(20)
                .WithIterationCount(200)
                .WithInvocationCount(1)
                .WithUnrollFactor(1));
            AddColumn(StatisticColumn.Median, StatisticColumn.P95, StatisticColumn.Max);
        }
    }
}
