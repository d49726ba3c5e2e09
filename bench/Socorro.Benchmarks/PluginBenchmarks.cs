using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Crashes;
using Socorro.Fields;
using Socorro.Plugins;
using Socorro.Processing;
using Socorro.Processing.Plugins;
using Socorro.Signatures;

namespace Socorro.Benchmarks;

/// <summary>
/// What a plug-in's rule costs a crash, which it sees from a thread of its own: the difference to no rule. The report has 64
/// threads of 40 frames.
/// </summary>
[MemoryDiagnoser]
public class PluginBenchmarks
{
    readonly CrashInput _crash = new()
    {
        Raw = new()
        {
            Id = CrashId.Create(DateTimeOffset.UnixEpoch),
            SubmittedAt = DateTimeOffset.UnixEpoch,
            Annotations = new Dictionary<string, string> { ["ProductName"] = "Bench" }.ToFrozenDictionary(),
            Metadata = new() { Payload = "multipart", IsCompressed = false, PayloadSize = 1 },
        },
        Walks = [new() { Name = CrashInput.MainDump, Status = DumpWalk.Ok, Report = JsonElement.Parse(Report()) }],
    };

    Pipeline _pipeline = null!; // Made by the setup.

    [Params("none", "idle", "stack", "document")]
    public string Rule { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        PluginRule? rule = Rule switch
        {
            "none" => null,
            "idle" => new BenchRule([], _ => { }),
            "stack" => new BenchRule(["crashing_thread"], Count),
            "document" => new BenchRule(["json_dump"], crash => _ = crash.Find("json_dump")),
            _ => throw new ArgumentOutOfRangeException(nameof(Rule), Rule, "no such rule"),
        };
        var plugin = new Plugin { Name = "bench", File = "bench.dll", Patience = TimeSpan.FromSeconds(5) };
        var ruleset = Ruleset.Default(SignatureGenerators.BuiltIn).With(
            rule is null ? [] : [new IsolatedRule(rule, plugin, FieldSet.Default)]);
        _pipeline = new(
            FieldSet.Default, ruleset, new(new Meter("Socorro.Benchmarks")), TimeProvider.System, NullLogger<Pipeline>.Instance);
    }

    [Benchmark]
    public ProcessingResult Run() => _pipeline.Run(_crash);

    static void Count(PluginCrash crash)
    {
        var thread = crash.Report.GetProperty("threads")[(int)(crash.FindInteger("crashing_thread") ?? 0)];
        if (thread.GetProperty("frames").GetArrayLength() != 40)
            throw new InvalidOperationException("The report is not what was made");
    }

    static string Report()
    {
        var frames = string.Join(',', Enumerable.Range(0, 40).Select(frame =>
            $$"""{"frame":{{frame}},"module":"app","function":"app::part{{frame}}::run(int)","file":"src/part.cc","line":{{frame}},"offset":"0x00007f0000000000","trust":"cfi"}"""));
        var threads = string.Join(',', Enumerable.Repeat($$"""{"frame_count":40,"frames":[{{frames}}]}""", 64));
        return $$"""{"crash_info":{"crashing_thread":0,"type":"SIGSEGV","address":"0x0"},"threads":[{{threads}}]}""";
    }

    sealed class BenchRule(IReadOnlyList<string> inputs, Action<PluginCrash> act) : PluginRule
    {
        public override string Name => "Bench";

        public override string About => "For a benchmark.";

        public override IReadOnlyList<string> Inputs => inputs;

        public override IReadOnlyList<string> Outputs => [];

        public override void Act(PluginCrash crash) => act(crash);
    }
}
