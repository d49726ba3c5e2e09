using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Socorro.Crashes;
using Socorro.Web.Pages.Report;

namespace Socorro.Tests.Web.Report;

public sealed class CrashReportTests
{
    [Fact]
    public void Puts_the_crashing_thread_first()
    {
        var report = Read("""{"crashing_thread":1,"json_dump":{"threads":[{"frames":[]},{"thread_name":"Main"},{"frames":[]}]}}""");

        Assert.Equal([1, 0, 2], report.Threads.Select(thread => thread.Index));
        Assert.Equal("Main", report.CrashingThread?.Name);
    }

    [Theory]
    [InlineData("""{"function":"f(int)","file":"a.c","line":3,"module":"m"}""", "f(int)")]
    [InlineData("""{"function":null,"file":"a.c","line":3,"module":"m","module_offset":"0x1"}""", "a.c#3")]
    [InlineData("""{"module":"m","module_offset":"0x0000000000001d72","offset":"0x1"}""", "m@0x1d72")]
    [InlineData("""{"module":null,"offset":"0x9","unloaded_modules":[{"module":"u.dll","offsets":["0x00000460"]}]}""", "(unloaded u.dll@0x460)")]
    [InlineData("""{"module":null,"offset":"0x00f00800"}""", "@0xf00800")]
    [InlineData("""{"offset":"0x0000"}""", "@0x0")]
    [InlineData("""{"function":5}""", "5")]
    [InlineData("""{"function":{},"offset":[]}""", "@")]
    public void Labels_a_frame_by_the_best_that_is_known(string frame, string label) =>
        Assert.Equal(label, Assert.IsType<FrameRow>(Assert.Single(RowsOf($$"""[{{frame}}]"""))).Label);

    [Fact]
    public void Shows_inlined_calls_before_their_frame_under_its_number()
    {
        var rows = RowsOf("""
            [{"frame":7,"function":"outer","module":"m","trust":"cfi","missing_symbols":true,
              "inlines":[{"function":"deepest","file":"a.h","line":1},{"function":"middle"}]}]
            """).Cast<FrameRow>().ToList();

        Assert.Equal(["deepest", "middle", "outer"], rows.Select(row => row.Label));
        Assert.Equal(["inlined", "inlined", "cfi"], rows.Select(row => row.Trust));
        Assert.All(rows, row => Assert.Equal(7, row.Number));
        Assert.Equal([false, false, true], rows.Select(row => row.MissesSymbols));
    }

    [Fact]
    public void Keeps_both_ends_of_a_stack_that_is_too_long_to_show()
    {
        var frames = new JsonArray([.. Enumerable.Range(0, 100_000).Select(i => new JsonObject { ["frame"] = i })]);
        var limits = CrashReport.Limits;

        var rows = RowsOf(frames.ToJsonString());

        Assert.Equal(limits.MaxCrashingFrames + 1, rows.Count);
        Assert.Equal(0, Assert.IsType<FrameRow>(rows[0]).Number);
        Assert.Equal(99_999, Assert.IsType<FrameRow>(rows[^1]).Number);
        var gap = Assert.Single(rows.OfType<GapRow>());
        Assert.Equal($"{100_000 - limits.MaxCrashingFrames:N0} frames are not shown here", gap.Text);
    }

    [Theory]
    [InlineData(399, 0)]
    [InlineData(400, 0)]
    [InlineData(401, 1)]
    public void Leaves_frames_out_only_past_the_limit(int count, int gaps)
    {
        var frames = new JsonArray([.. Enumerable.Range(0, count).Select(i => new JsonObject { ["frame"] = i })]);

        var rows = RowsOf(frames.ToJsonString());

        Assert.Equal(gaps, rows.OfType<GapRow>().Count());
        Assert.Equal(Math.Min(count, 400), rows.OfType<FrameRow>().Count());
    }

    [Fact]
    public void Says_where_the_processor_cut_the_stack() =>
        Assert.Equal("12 frames truncated", Assert.IsType<GapRow>(RowsOf("""[{"truncated":{"msg":"12 frames truncated"}}]""")[0]).Text);

    [Fact]
    public void Bounds_what_all_threads_show_together()
    {
        var thread = $$"""{"frames":[{{string.Join(',', Enumerable.Repeat("{}", 200))}}]}""";
        var report = Read($$$"""{"json_dump":{"threads":[{{{string.Join(',', Enumerable.Repeat(thread, 1_000))}}}]}}""");

        Assert.Equal(1_000, report.ThreadCount);
        Assert.Equal(CrashReport.Limits.MaxThreads, report.Threads.Count);
        var most = CrashReport.Limits.MaxAllFrames + CrashReport.Limits.MaxFrames + (2 * CrashReport.Limits.MaxThreads);
        Assert.InRange(report.Threads.Sum(one => one.Rows.Count), 1, most);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData(""" "text" """)]
    [InlineData("""{"json_dump":null,"signature":null}""")]
    [InlineData("""{"json_dump":{"threads":{},"modules":5,"crash_info":[]},"crashing_thread":"0"}""")]
    [InlineData("""{"json_dump":{"threads":[1,null,{"frames":[null,3,{"inlines":[4]}]}],"modules":[[]]}}""")]
    [InlineData("""{"crashing_thread":-1,"json_dump":{"threads":[{}]}}""")]
    [InlineData("""{"crashing_thread":99999999999999999999}""")]
    public void Reads_a_document_of_any_shape(string json)
    {
        var report = Read(json);

        Assert.Null(report.CrashingThread);
        Assert.Equal("", report.Field("signature"));
    }

    [Fact]
    public void Says_what_the_walker_found_out()
    {
        var report = Read("""
            {"json_dump":{"crash_info":{
              "adjusted_address":{"kind":"null-pointer","offset":"0x10"},
              "memory_accesses":[{"address":"0x10","size":4,"access_type":"write"}],
              "possible_bit_flips":[
                {"address":"0x400045","confidence":0.25,"source_register":"rax"},{"address":"0x800045"}],
              "crash_inconsistencies":["int_div_by_zero_not_possible"]}}}
            """);

        Assert.Equal(
            [
                "The address is a null pointer plus 0x10.",
                "The crashing instruction writes 4 bytes at 0x10.",
                "One flipped bit would explain the crash; valid would have been 0x400045 in rax (25 %), 0x800045.",
                "The reported reason does not fit the instruction: int div by zero not possible.",
            ],
            report.Findings);
    }

    [Fact]
    public void Explains_a_used_up_stack_by_nothing_else()
    {
        var report = Read("""
            {"crashing_thread":0,"json_dump":{
              "crash_info":{"stack_overflow":true,"possible_bit_flips":[{"address":"0x7fff1000","confidence":0.6}]},
              "threads":[{"stack_end":"truncated","frames":[{"frame":0,"function":"recurse"}]}]}}
            """);

        Assert.StartsWith("The thread used up its stack", Assert.Single(report.Findings));
        Assert.Equal("The stack's memory is not in the dump from here on", Assert.IsType<GapRow>(report.Threads[0].Rows[^1]).Text);
    }

    [Theory]
    [InlineData("https://symbols.example.org/a.sym", "https://symbols.example.org/a.sym")]
    [InlineData("javascript:alert(1)", null)]
    [InlineData("file:///etc/passwd", null)]
    [InlineData("", null)]
    public void Links_symbols_only_to_the_web(string url, string? linked)
    {
        var json = JsonSerializer.Serialize(new { json_dump = new { modules = new[] { new { filename = "a", symbol_url = url } } } });

        Assert.Equal(linked, Assert.Single(Read(json).Modules).SymbolUrl);
    }

    static IReadOnlyList<StackRow> RowsOf(string frames) =>
        Read($$$"""{"crashing_thread":0,"json_dump":{"threads":[{"frames":{{{frames}}}}]}}""").Threads[0].Rows;

    static CrashReport Read(string json) => CrashReport.Read(
        new()
        {
            Id = CrashId.Parse("de1bb258-cbbf-4589-a673-34f800160918"),
            SubmittedAt = DateTimeOffset.UnixEpoch,
            Annotations = FrozenDictionary<string, string>.Empty,
            AnnotationCount = 0,
            Dumps = [],
            DumpCount = 0,
            Metadata = new() { Payload = "multipart", IsCompressed = false, PayloadSize = 0 },
        },
        Encoding.UTF8.GetBytes(json));
}
