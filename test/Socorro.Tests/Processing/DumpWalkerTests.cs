using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Minidumps;
using Socorro.Minidumps.Symbols;
using Socorro.Processing;

namespace Socorro.Tests.Processing;

public sealed class DumpWalkerTests
{
    static readonly DumpWalker Walker = Create(SymbolStore.Empty);

    [Fact]
    public async Task Every_dump_ends_as_a_processed_crash_with_a_status()
    {
        foreach (var file in Directory.EnumerateFiles(SharedData.Path("dumps"), "*.dmp", SearchOption.AllDirectories))
        {
            var start = Stopwatch.GetTimestamp();
            var walk = await Walker.WalkAsync(
                CrashInput.MainDump, await File.ReadAllBytesAsync(file, Cancel), ClientFacts.None, Cancel);
            var document = Pipelines.Process(Pipelines.Crash() with { Walks = [walk] });

            Assert.NotEqual(DumpWalker.Failed, walk.Status);
            Assert.DoesNotContain(Pipelines.NotesOf(document), note => note.Contains("' failed: ", StringComparison.Ordinal));
            Assert.NotEqual("EMPTY: crash failed to process", document.GetProperty("signature").GetString());
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10), file);
        }
    }

    [Theory]
    [InlineData("", DumpWalk.Empty)]
    [InlineData("M", "MissingHeader")]
    [InlineData("this is no minidump, but it is long enough to hold a header", "HeaderMismatch")]
    public async Task Says_in_one_word_why_a_dump_was_not_walked(string bytes, string status)
    {
        var walk = await Walker.WalkAsync(CrashInput.MainDump, System.Text.Encoding.ASCII.GetBytes(bytes), ClientFacts.None, Cancel);

        Assert.Equal(status, walk.Status);
        Assert.Equal(JsonValueKind.Undefined, walk.Report.ValueKind);
        Assert.Single(walk.Problems);
    }

    [Fact]
    public async Task A_microdump_gives_stacks_and_what_its_program_is_called()
    {
        var symbols = new SymbolStore([SharedData.Path("dumps", "breakpad", "symbols", "microdump")]);
        var dump = await File.ReadAllBytesAsync(SharedData.Path("dumps", "breakpad", "microdump-mips64.dmp"), Cancel);

        var walk = await Create(symbols).WalkAsync(CrashInput.MainDump, dump, ClientFacts.None, Cancel);
        var document = Pipelines.Process(Pipelines.Crash() with { Walks = [walk] });

        Assert.Equal("blaTest", document.GetProperty("signature").GetString());
        Assert.Equal("Android", document.GetProperty("os_name").GetString());

        var other = await File.ReadAllBytesAsync(SharedData.Path("dumps", "breakpad", "microdump-withcrashreason.dmp"), Cancel);
        var annotations = (await Walker.WalkAsync(CrashInput.MainDump, other, ClientFacts.None, Cancel)).Annotations;
        Assert.Equal(("AndroidWebView", "62.0.3188.0", "webview"), (annotations["prod"], annotations["ver"], annotations["ptype"]));
    }

    [Fact]
    public async Task Reports_who_signed_the_modules()
    {
        var dump = await File.ReadAllBytesAsync(SharedData.Path("dumps", "breakpad", "minidump2.dmp"), Cancel);
        var client = ClientFacts.Read(new Dictionary<string, string>
        {
            ["ModuleSignatureInfo"] = """{"Microsoft Windows": ["kernel32.dll", 7], "x": "y"}""",
            ["CPUMicrocodeVersion"] = "0x2b",
        });

        var report = (await Walker.WalkAsync(CrashInput.MainDump, dump, client, Cancel)).Report;

        Assert.Equal(
            ["Microsoft Windows"],
            report.GetProperty("modules").EnumerateArray().Select(module => module.GetProperty("cert_subject").GetString()).OfType<string>());
        Assert.Equal("0x2b", report.GetProperty("system_info").GetProperty("cpu_microcode_version").GetString());
        Assert.Same(ClientFacts.None, ClientFacts.Read(new Dictionary<string, string> { ["ModuleSignatureInfo"] = "{" }));
    }

    [Fact]
    public async Task Walks_again_with_the_symbols_that_were_fetched()
    {
        var dump = await File.ReadAllBytesAsync(SharedData.Path("dumps", "breakpad", "minidump2.dmp"), Cancel);
        var symbols = new SymbolStore([SharedData.Path("dumps", "breakpad", "none")]);
        var rounds = new List<IReadOnlyList<ModuleKey>>();
        var walker = Create(symbols, (wanted, _) =>
        {
            rounds.Add(wanted);
            return Task.FromResult(rounds.Count == 1 && AddTestApp(wanted));
        });

        var walk = await walker.WalkAsync(CrashInput.MainDump, dump, ClientFacts.None, Cancel);

        Assert.Equal(2, rounds.Count);
        Assert.DoesNotContain(rounds[1], key => key.DebugFile == "test_app.pdb");
        var top = walk.Report.GetProperty("crashing_thread").GetProperty("frames")[0];
        Assert.Contains("CrashFunction", top.GetProperty("function").GetString(), StringComparison.Ordinal);

        bool AddTestApp(IReadOnlyList<ModuleKey> wanted)
        {
            var key = wanted.Single(key => key.DebugFile == "test_app.pdb");
            var file = Directory.EnumerateFiles(SharedData.Path("dumps"), "test_app.sym", SearchOption.AllDirectories).First();
            symbols.Add(key, SymbolTable.Parse(File.ReadAllBytes(file), out _)!);
            return true;
        }
    }

    static DumpWalker Create(SymbolStore symbols, SymbolFetch? fetch = null) =>
        new(symbols, fetch, Limits.Default, Pipelines.Metrics, NullLogger<DumpWalker>.Instance);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
