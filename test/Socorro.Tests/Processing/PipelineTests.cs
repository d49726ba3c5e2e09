using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Socorro.Processing;

namespace Socorro.Tests.Processing;

public sealed class PipelineTests
{
    [Fact]
    public void A_crash_without_a_dump_is_a_processed_crash_that_says_so()
    {
        var document = Pipelines.Process(Pipelines.Crash(("ProductName", "Fenix"), ("Version", "1.0")));

        Assert.StartsWith("EMPTY: ", document.GetProperty("signature").GetString(), StringComparison.Ordinal);
        Assert.Equal("Fenix", document.GetProperty("product").GetString());
        Assert.False(document.TryGetProperty("json_dump", out _));
        Assert.True(document.GetProperty("success").GetBoolean());
    }

    [Fact]
    public void A_JavaScript_stack_names_a_crash_without_a_native_one_and_shows_everyone_no_page()
    {
        var document = Pipelines.Process(Pipelines.Crash((
            "electron.v8-oom.stack",
            "TypeError: secret is no function\n    #0 load (https://host/secret/app.js?user=secret:10:5)\n    #1 (anonymous) (a.js:1:2)")));

        Assert.Equal("TypeError: at load (app.js)", document.GetProperty("signature").GetString());
        Assert.Equal(
            "TypeError\n\tat load (app.js:10:5)\n\tat <anonymous> (a.js:1:2)",
            document.GetProperty("js_stack_trace").GetString());
    }

    [Theory]
    [InlineData(DumpWalk.Empty, "StackWalk: upload_file_minidump is empty--skipping minidump processing")]
    [InlineData("HeaderMismatch", "StackWalk: upload_file_minidump failed: HeaderMismatch")]
    public void A_dump_that_could_not_be_walked_leaves_its_status(string status, string note)
    {
        var input = Pipelines.Crash() with
        {
            Walks = [new() { Name = CrashInput.MainDump, Status = status, Problems = ["why"] }],
        };

        var document = Pipelines.Process(input);

        Assert.Equal(status, document.GetProperty("mdsw_status_string").GetString());
        Assert.Equal("why", document.GetProperty("mdsw_stderr").GetString());
        Assert.Contains(status, document.GetProperty("signature").GetString(), StringComparison.Ordinal);
        Assert.False(document.GetProperty("success").GetBoolean());
        Assert.Contains(note, Pipelines.NotesOf(document));
    }

    [Fact]
    public void Other_dumps_have_a_member_each()
    {
        var input = Pipelines.Crash() with
        {
            Walks =
            [
                Pipelines.Walked("""{"pid":1}"""),
                Pipelines.Walked("""{"pid":2}""", "upload_file_minidump_gpu"),
            ],
        };

        var document = Pipelines.Process(input);

        Assert.Equal("""["upload_file_minidump_gpu"]""", document.GetProperty("additional_minidumps").GetRawText());
        Assert.Equal(1, document.GetProperty("json_dump").GetProperty("pid").GetInt32());
        var other = document.GetProperty("upload_file_minidump_gpu");
        Assert.Equal(2, other.GetProperty("json_dump").GetProperty("pid").GetInt32());
        Assert.Equal("OK", other.GetProperty("mdsw_status_string").GetString());
    }

    [Fact]
    public void Stacks_that_are_shown_in_part_are_noted()
    {
        const string Report = """{"threads":[{"frame_count":9},{"frame_count":501,"truncated":true}]}""";
        var input = Pipelines.Crash() with
        {
            Walks = [Pipelines.Walked(Report), Pipelines.Walked(Report, "upload_file_minidump_gpu")],
        };

        var notes = Pipelines.NotesOf(Pipelines.Process(input));

        Assert.Contains("TruncatedStacks: json_dump.threads[1].frames: 501 > 500", notes);
        Assert.Contains("TruncatedStacks: upload_file_minidump_gpu.json_dump.threads[1].frames: 501 > 500", notes);
    }

    [Fact]
    public void Whatever_a_dump_makes_of_itself_the_notes_stay_readable()
    {
        var threads = string.Join(',', Enumerable.Repeat("""{"truncated":true}""", 10_000));
        var module = $$"""{"symbol_url":"http://localhost/","debug_file":"{{new string('x', 10_000)}}"}""";
        var input = Pipelines.Crash() with { Walks = [Pipelines.Walked($$"""{"threads":[{{threads}}],"modules":[{{module}}]}""")] };

        var notes = Pipelines.NotesOf(Pipelines.Process(input));

        Assert.Equal(501, notes.Count);
        Assert.Equal("more notes are left out", notes[^1]);
        Assert.Equal(1001, notes.Max(note => note.Length));
    }

    [Fact]
    public void Soft_errors_of_many_parts_take_no_time()
    {
        var errors = string.Join(',', Enumerable.Repeat("""{"b":[1],"a":{}}""", 200_000));
        var input = Pipelines.Crash() with { Walks = [Pipelines.Walked($$"""{"soft_errors":[{{errors}}]}""")] };

        var text = Pipelines.Process(input).GetProperty("soft_errors").GetString()!;

        Assert.Equal(4096, text.Length);
        Assert.StartsWith("""[{"a": {}, "b": [1]}, {"a": {}""", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Processing_again_begins_with_nothing_and_keeps_notes_and_signature_of_before()
    {
        var first = Pipelines.Process(Pipelines.Crash(("Vendor", "v"))).GetRawText();
        var before = JsonNode.Parse(first)!.AsObject();
        before["signature"] = "old";
        before["mac_crash_info"] = "stale";

        var second = Pipelines.Process(Pipelines.Crash() with { Previous = JsonSerializer.SerializeToElement(before) });
        var third = Pipelines.Process(Pipelines.Crash() with { Previous = second });

        Assert.False(second.TryGetProperty("vendor", out _));
        Assert.False(second.TryGetProperty("mac_crash_info", out _));
        Assert.Equal([NotesOf(before)], Texts(second, "processor_history"));
        Assert.Equal("old", second.GetProperty("signature_history")[0].GetProperty("signature").GetString());
        Assert.Equal(
            [second.GetProperty("processor_notes").GetString(), NotesOf(before)], Texts(third, "processor_history"));
        Assert.Equal(1, third.GetProperty("signature_history").GetArrayLength());

        static string? NotesOf(JsonObject document) => document["processor_notes"]!.GetValue<string>();
        static IEnumerable<string?> Texts(JsonElement document, string list) =>
            document.GetProperty(list).EnumerateArray().Select(entry => entry.GetString());
    }

    [Fact]
    public void The_history_says_when_by_which_version_and_why_a_signature_was_replaced()
    {
        var first = Pipelines.Process(Pipelines.Crash() with { Why = "reprocessing order 7" });
        var before = JsonNode.Parse(first.GetRawText())!.AsObject();
        before["signature"] = "old";
        before["signature_lists"] = "abc";

        var second = Pipelines.Process(Pipelines.Crash() with
        {
            Previous = JsonSerializer.SerializeToElement(before),
            Why = "reprocessing order 8",
        });

        Assert.EndsWith("; reprocessing order 7)", Pipelines.NotesOf(first)[0], StringComparison.Ordinal);
        Assert.Contains("; reprocessing order 7)", second.GetProperty("processor_history")[0].GetString(), StringComparison.Ordinal);
        var entry = second.GetProperty("signature_history")[0];
        Assert.Equal("old", entry.GetProperty("signature").GetString());
        Assert.Equal("abc", entry.GetProperty("signature_lists").GetString());
        Assert.Equal("reprocessing order 8", entry.GetProperty("replaced_by").GetString());
        foreach (var name in (string[])["completed_datetime", "processor_version"])
            Assert.Equal(first.GetProperty(name).GetString(), entry.GetProperty(name).GetString());
    }

    [Fact]
    public void The_summary_is_the_same_from_the_document()
    {
        var input = Pipelines.Crash(("ProductName", "Fenix"), ("Version", "1.0"), ("BuildID", "20260101")) with
        {
            Walks = [Pipelines.Walked("""{"system_info":{"os":"Linux"},"crash_info":{"crashing_thread":0,"type":"SIGSEGV","address":"0x0"}}""")],
        };

        var result = Pipelines.Of(Pipelines.Default).Run(input);

        Assert.Equal("SIGSEGV", result.Summary.Reason);
        Assert.Equal("Linux", result.Summary.Os);
        Assert.Equal(result.Summary with { SubmittedAt = default }, Summary.Of(result.Crash) with { SubmittedAt = default });
        Assert.Equal(result.Summary.SubmittedAt, Summary.Of(result.Crash).SubmittedAt, TimeSpan.FromMicroseconds(1));
    }

    [Fact]
    public void Half_a_surrogate_pair_anywhere_does_not_lose_the_crash()
    {
        Assert.True(LooseJson.TryParse("""{"soft_errors":["a\ud800b\\ud800 \ud83d\ude00"],"thread_count":3}"""u8.ToArray(), out var report));
        var input = Pipelines.Crash(("Vendor", "a\ud800b"), ("Breadcrumbs", """["\ud800"]""")) with
        {
            Walks = [new() { Name = CrashInput.MainDump, Status = DumpWalk.Ok, Report = report }],
        };

        var document = Pipelines.Process(input);

        Assert.Equal(3, document.GetProperty("thread_count").GetInt32());
        Assert.Equal("a\ufffdb", document.GetProperty("vendor").GetString());
        Assert.Equal("a\ufffdb\\ud800 \U0001F600", document.GetProperty("json_dump").GetProperty("soft_errors")[0].GetString());
    }

    [Fact]
    public void A_memory_report_is_unzipped_and_summed_for_the_crashed_process()
    {
        const string Report = """
            {"reports":[
              {"process":"Main (pid 11620)","path":"explicit/a","kind":1,"units":0,"amount":10},
              {"process":"Main (pid 11620)","path":"explicit/b","kind":0,"units":0,"amount":5},
              {"process":"Main (pid 11620)","path":"heap-allocated","kind":2,"units":0,"amount":100},
              {"process":"Main (pid 11620)","path":"explicit/images/x","kind":1,"units":0,"amount":3},
              {"process":"Main (pid 11620)","path":"explicit/window-objects/top(none)/detached/x","kind":1,"units":0,"amount":7},
              {"process":"Main (pid 11620)","path":"explicit/heap-overhead/z","kind":0,"units":0,"amount":2},
              {"process":"Main (pid 11620)","path":"js-main-runtime/gc","kind":2,"units":0,"amount":4},
              {"process":"Main (pid 11620)","path":"vsize","kind":2,"units":0,"amount":1000},
              {"process":"Web (pid 7)","path":"vsize","kind":2,"units":0,"amount":9}]}
            """;

        var measures = Measure(Report).GetProperty("memory_measures");

        Assert.Equal(
            """
            {"gfx_textures":0,"ghost_windows":0,"heap_allocated":100,"host_object_urls":0,"private":0,"resident":0,
            "resident_unique":0,"system_heap_allocated":0,"vsize":1000,"vsize_max_contiguous":0,"explicit":107,
            "heap_overhead":2,"heap_unclassified":80,"images":3,"js_main_runtime":4,"top_none_detached":7}
            """.ReplaceLineEndings(""),
            measures.GetRawText());
    }

    [Theory]
    [InlineData("""{"reports":[{"process":"(pid 11620)","path":"explicit/a","kind":1,"units":1,"amount":1}]}""")]
    [InlineData("""{"reports":[{"process":"(pid 11620)","path":"explicit/a","kind":9,"units":0,"amount":1}]}""")]
    [InlineData("""{"reports":[{"process":"(pid 11620)","path":"explicit/a","kind":1,"units":0}]}""")]
    [InlineData("""{"reports":[{"process":"(pid 7)","path":"vsize","kind":1,"units":0,"amount":1}]}""")]
    [InlineData("{}")]
    public void A_memory_report_that_cannot_be_summed_is_kept(string report)
    {
        var document = Measure(report);

        Assert.False(document.TryGetProperty("memory_measures", out _));
        Assert.True(document.TryGetProperty("memory_report", out _));
    }

    [Theory]
    [InlineData("not zipped", "is not compressed with gzip")]
    [InlineData("zip:[]", "is not a JSON object")]
    [InlineData("bomb", "is larger than 20971520 bytes")]
    public void A_broken_memory_report_says_why(string kind, string error)
    {
        var bytes = kind switch
        {
            "bomb" => Pipelines.Zip(new byte[21 * 1024 * 1024]),
            _ when kind.StartsWith("zip:", StringComparison.Ordinal) => Pipelines.Zip(Encoding.UTF8.GetBytes(kind[4..])),
            _ => Encoding.UTF8.GetBytes(kind),
        };

        var document = Measure(bytes);

        Assert.Equal(error, document.GetProperty("memory_report_error").GetString());
    }

    static JsonElement Measure(string report) => Measure(Pipelines.Zip(Encoding.UTF8.GetBytes(report)));

    static JsonElement Measure(byte[] attachment) => Pipelines.Process(
        Pipelines.Crash() with
        {
            Walks = [Pipelines.Walked("""{"pid":11620}""")],
            Attachments = new Dictionary<string, ReadOnlyMemory<byte>> { ["memory_report"] = attachment },
        },
        Pipelines.Mozilla);
}
