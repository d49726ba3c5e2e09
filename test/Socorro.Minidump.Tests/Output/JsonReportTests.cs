using System.Text;
using System.Text.Json.Nodes;
using Socorro.Minidumps.Output;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Tests.Output;

public sealed class JsonReportTests
{
    /// <summary>What the peer says, what we say, and why.</summary>
    static readonly (string Theirs, string Ours, string Reason)[] Deviations =
    [
        ("\"0x0x000000\"", "\"0x00000000\"", "an unknown platform is 0x and its digits"),
        (string.Concat(Enumerable.Repeat("\\u0000", 12)) + " family", "family", "a vendor of NULs is none"),
        ("\"pid\":0,", "\"pid\":null,", "a status that does not tell the process id gives none, not process 0"),
    ];

    /// <summary>Synthetic dumps whose regions are in no state, so that they are no memory to us.</summary>
    static readonly string[] Uncommitted = [
        "processor.test_bit_flip.00", "processor.test_guard_pages.02", "processor.test_no_bit_flip_cross_page_boundary.09",
    ];

    // The program's entry point: a pointer to it is no return address, and the code there is where the stack begins.
    const string Entry = "0x0000000000401dbf";
    const string CallAtEntry = "0x0000000000401de8";

    [Theory]
    [InlineData("json-pretty.json")]
    [InlineData("json-pretty-symbols.json")]
    [InlineData("linux_json_pretty.json")]
    [InlineData("macos_inlines_json_pretty.json")]
    public void Equals_the_report_of_minidump_stackwalk(string file)
    {
        var snapshot = JsonNode.Parse(File.ReadAllText(SharedData.Path("cases", "stackwalk", "snapshots", file)))!;
        string[] roots = snapshot["symbols"] is null ? [] : ["rust-minidump/symbols"];
        var state = Walks.Walk($"rust-minidump/{snapshot["dump"]}", roots);
        var expected = snapshot["expect"]!;
        if (file.StartsWith("linux", StringComparison.Ordinal))
            EndAtEntry(expected["threads"]![0]!);

        AssertReport(expected, state);
    }

    [Fact]
    public void Equals_the_report_of_minidump_stackwalk_with_a_clients_annotations()
    {
        var snapshot = JsonNode.Parse(
            File.ReadAllText(SharedData.Path("cases", "stackwalk", "snapshots", "json-pretty-evil-symbols.json")))!;
        Assert.True(ClientFacts.TryRead("""{"ModuleSignatureInfo": {"rust-minidump": ["test_app.exe"]}}"""u8.ToArray(), out var facts));
        var state = Walks.Walk($"rust-minidump/{snapshot["dump"]}", "rust-minidump/symbols") with { Client = facts };

        AssertReport(snapshot["expect"]!, state);
    }

    [Fact]
    public void Equals_the_reports_of_synthetic_dumps() => Assert.All(
        ReadSynthetic(),
        test => AssertReport(
            ReadReport(test["json_report"]!),
            Walks.Walk(Convert.FromBase64String((string)test["dump_base64"]!))));

    [Fact]
    public void Sorts_the_members_of_every_object()
    {
        var report = JsonReport.ToUtf8(Walks.Walk("rust-minidump/simple-crashpad.dmp", "rust-minidump/symbols"));

        AssertSorted(JsonNode.Parse(report.Span));
    }

    [Fact]
    public void Says_the_same_in_pretty()
    {
        var state = Walks.Walk("rust-minidump/test.dmp", "rust-minidump/symbols");

        var pretty = Encoding.UTF8.GetString(JsonReport.ToUtf8(state, new() { IsPretty = true }).Span);

        Assert.StartsWith("{\n  \"crash_info\": {\n    \"address\": \"0x00000045\",\n", pretty);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(pretty), JsonNode.Parse(JsonReport.ToUtf8(state).Span)));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(7)]
    [InlineData(1)]
    public void Keeps_the_ends_of_a_stack_of_more_frames_than_wanted(int most)
    {
        var state = Walks.Walk("linux-amd64/deep900.dmp", "symbols-linux");

        var whole = JsonNode.Parse(JsonReport.ToUtf8(state).Span)!["crashing_thread"]!;
        var cut = JsonNode.Parse(JsonReport.ToUtf8(state, new() { MaxFrames = most }).Span)!["crashing_thread"]!;

        var (all, kept) = (whole["frames"]!.AsArray(), cut["frames"]!.AsArray());
        Assert.Equal(most, kept.Count);
        Assert.Equal((most / 2, (most - 1) / 2), (kept.TakeWhile(IsFrame).Count(), kept.Reverse().TakeWhile(IsFrame).Count()));
        Assert.All(kept.Where(IsFrame), frame => Assert.True(JsonNode.DeepEquals(all[(int)frame!["frame"]!], frame)));
        Assert.Equal($"{all.Count - most + 1} frames truncated", (string?)kept.Single(frame => !IsFrame(frame))!["truncated"]!["msg"]);
        Assert.Equal((all.Count, true), ((int)cut["frame_count"]!, (bool)cut["truncated"]!));

        static bool IsFrame(JsonNode? frame) => frame!["frame"] is not null;
    }

    [Fact]
    public void Keeps_a_stack_of_as_many_frames_as_wanted_whole()
    {
        var state = Walks.Walk("linux-amd64/deep900.dmp", "symbols-linux");
        var most = state.Threads.Max(thread => thread.Stack.Frames.Count);

        Assert.Equal(JsonReport.ToUtf8(state).ToArray(), JsonReport.ToUtf8(state, new() { MaxFrames = most }).ToArray());
    }

    [Fact]
    public void Writes_names_that_are_not_utf_8_all_the_same()
    {
        var symbols = new SymbolStore([]);
        Assert.True(Minidump.TryOpen(
            File.ReadAllBytes(SharedData.Path("dumps", "rust-minidump", "test.dmp")), Limits.Default, out var dump, out _));
        byte[] text = [.. "MODULE windows x86 0 x\nFUNC 1000 20000 0 f"u8, 0xff, 0xc0, .. "\n"u8];
        symbols.Add(StackWalker.KeyOf(dump.Modules[0]), SymbolTable.Parse(text, out _)!);

        var report = JsonNode.Parse(JsonReport.ToUtf8(StackWalker.Walk(dump, symbols, WalkOptions.Default)).Span)!;

        Assert.StartsWith("f", (string)report["crashing_thread"]!["frames"]![0]!["function"]!);
    }

    static void AssertReport(JsonNode expected, ProcessState state)
    {
        var text = Deviations.Aggregate(
            expected.ToJsonString(), (text, deviation) => text.Replace(deviation.Theirs, deviation.Ours, StringComparison.Ordinal));
        var corrected = JsonNode.Parse(text)!;
        var actual = PeerReport.Condense(JsonReport.ToUtf8(state).Span);
        SortLimits(corrected);
        SortLimits(actual);

        Assert.Equal("", string.Join('\n', PeerReport.Differences(corrected, actual)));
    }

    static IEnumerable<JsonNode> ReadSynthetic() =>
        JsonNode.Parse(File.ReadAllText(SharedData.Path("cases", "stackwalk", "synth", "dumps.json")))!.AsArray()
            .Where(test => test!["json_report"] is not null && !Uncommitted.Contains((string)test["test"]!))
            .Select(test => test!);

    static JsonNode ReadReport(JsonNode report) => report is JsonValue link
        ? JsonNode.Parse(File.ReadAllText(SharedData.Path(["cases", "stackwalk", .. ((string)link!).Split('/')])))!["expect"]!
        : report;

    // The peer lists them in the order of a hash table, we in the file's.
    static void SortLimits(JsonNode report)
    {
        if (report["proc_limits"] is JsonObject limits)
        {
            var sorted = limits["limits"]!.AsArray().Select(limit => limit!.DeepClone()).OrderBy(limit => (string)limit["name"]!);
            limits["limits"] = new JsonArray([.. sorted]);
        }
    }

    static void EndAtEntry(JsonNode thread)
    {
        var frames = thread["frames"]!.AsArray();
        while ((string?)frames[^1]!["offset"] != CallAtEntry)
            frames.RemoveAt(frames.Count - 1);
        foreach (var frame in frames.Where(frame => (string?)frame!["offset"] == Entry).ToList())
            frames.Remove(frame);
        for (var i = 0; i < frames.Count; i++)
            frames[i]!["i"] = i;
        thread["frame_count"] = frames.Count;
    }

    static void AssertSorted(JsonNode? node)
    {
        if (node is JsonObject members)
        {
            var names = members.Select(member => member.Key).ToList();
            Assert.Equal(names.Order(StringComparer.Ordinal), names);
            Assert.All(members, member => AssertSorted(member.Value));
        }
        else if (node is JsonArray elements)
        {
            Assert.All(elements, AssertSorted);
        }
    }
}
