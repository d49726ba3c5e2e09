using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Socorro.Minidumps.Output;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Tests.Fuzzing;

namespace Socorro.Minidumps.Tests.Output;

/// <summary>
/// What is reported of every dump, as it was when somebody last read it. Run with UPDATE_SNAPSHOTS=1 to rewrite, then read the diff.
/// Of real dumps the texts are brief, and the JSON is cut to what differs between them.
/// </summary>
public sealed class ReportSnapshotTests
{
    const int MostLines = 160;
    const int CrashedFrames = 5;
    const int ListEntries = 2;

    static readonly string[] Roots =
    [
        "symbols-linux", "breakpad/symbols", "breakpad/symbols/microdump", "rust-minidump/symbols", "linux-arm/symbols",
        "linux-arm64/symbols", "linux-mipsel/symbols",
    ];

    static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    static readonly string[] Machines =
    [
        "linux-amd64", "windows-amd64", "windows-x86", "macos-arm64", "android-arm64", "android-arm", "linux-mips", "linux-riscv64", "macos-ppc",
    ];

    public static TheoryData<string> Dumps()
    {
        var root = SharedData.Find("dumps");
        var files = Directory.Exists(root) ? Directory.GetFiles(root, "*.dmp", SearchOption.AllDirectories) : [];
        return [.. files.Select(file => Path.GetRelativePath(root, file)).Order(StringComparer.Ordinal)];
    }

    public static TheoryData<int> Synthetic() => [.. Enumerable.Range(0, FuzzMachine.All.Length)];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Dumps))]
    public void A_real_dump_is_reported_as_it_was_when_it_was_read(string dump)
    {
        var bytes = File.ReadAllBytes(SharedData.Path("dumps", dump));
        Assert.True(Minidump.TryOpen(bytes, Limits.Default, out var opened, out _));
        var state = StackWalker.Walk(opened, Walks.GetStore(Roots), WalkOptions.Default);
        var name = Path.ChangeExtension(dump, null);

        Compare($"{name}.txt", Cut(Text(state, new() { IsBrief = true })));
        Compare($"{name}.json", Condense(JsonNode.Parse(JsonReport.ToUtf8(state).Span)!).ToJsonString(Indented));
    }

    [Theory]
    [MemberData(nameof(Synthetic))]
    public void A_dump_with_every_stream_is_reported_as_it_was_when_it_was_read(int machine)
    {
        Assert.True(Minidump.TryOpen(FuzzDump.Build(FuzzMachine.All[machine]), Limits.Default, out var dump, out _));
        var symbols = new SymbolStore([]);
        symbols.Add(StackWalker.KeyOf(dump.Modules[0]), FuzzDump.ReadSymbols());
        var state = StackWalker.Walk(dump, symbols, WalkOptions.Default);

        Compare($"synthetic/{Machines[machine]}.txt", Text(state, new() { ListsInstructions = true, TellsWhy = true, RecoversArguments = true }));
        Compare($"synthetic/{Machines[machine]}.json", Write(state));
    }

    static string Write(ProcessState state) => System.Text.Encoding.UTF8.GetString(
        JsonReport.ToUtf8(state, new() { IsPretty = true, RecoversArguments = true, HasAllRegisters = true }).Span);

    static string Text(ProcessState state, HumanOptions options)
    {
        using var output = new StringWriter();
        HumanReport.Write(state, output, options);
        return output.ToString();
    }

    static string Cut(string text)
    {
        var lines = text.Split('\n');
        return lines.Length <= MostLines ? text : string.Join('\n', lines.Take(MostLines)) + $"\n… {lines.Length - MostLines} more lines";
    }

    // No blanks at the ends of lines and of the file, which tools that handle the snapshots frown upon.
    static string Trim(string text) => string.Join('\n', text.Split('\n').Select(line => line.TrimEnd())).TrimEnd('\n') + "\n";

    static JsonNode Condense(JsonNode report)
    {
        foreach (var list in (string[])["modules", "unloaded_modules", "handles"])
            Shorten(report[list], ListEntries);
        Shorten(report["crashing_thread"]?["frames"], CrashedFrames);
        foreach (var thread in report["threads"]!.AsArray())
        {
            var top = thread!["frames"]!.AsArray().FirstOrDefault();
            thread["frames"] = top is null ? "none" : $"{top["module"]} {top["function"] ?? top["offset"]} …";
        }

        return report;
    }

    static void Shorten(JsonNode? list, int most)
    {
        if (list is not JsonArray entries || entries.Count <= most)
            return;

        var count = entries.Count;
        while (entries.Count > most)
            entries.RemoveAt(most);
        entries.Add($"… {count - most} more");
    }

    static void Compare(string name, string report)
    {
        var actual = Trim(report);
        var file = Path.Combine(Path.GetDirectoryName(SourceFile())!, "..", "Snapshots", name);
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
        }

        Assert.True(File.Exists(file), $"{name} has no snapshot: run with UPDATE_SNAPSHOTS=1, and read it");
        var expected = File.ReadAllText(file);
        Assert.True(
            expected == actual,
            $"{name} is reported otherwise, first at line {FirstDifference(expected, actual)}; if that is right, run with UPDATE_SNAPSHOTS=1 and read the diff");
    }

    static string FirstDifference(string expected, string actual)
    {
        var (was, now) = (expected.Split('\n'), actual.Split('\n'));
        var line = was.Zip(now).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"{line + 1}: was '{was.ElementAtOrDefault(line)}', is '{now.ElementAtOrDefault(line)}'";
    }

    static string SourceFile([CallerFilePath] string file = "") => file;
}
