using System.Net;
using System.Text.Json.Nodes;
using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Tests.Web;

public sealed class ReportPageTests(Site site) : IClassFixture<Site>
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("nope")]
    [InlineData("de1bb258-cbbf-4589-a673-34f800169999")]
    [InlineData("a/b/c")]
    [InlineData("")]
    public async Task Refuses_what_is_no_crash_id(string id)
    {
        var (status, html) = await site.BrowseAsync($"/report/index/{id}");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("Not a crash id", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bp-de1bb258-cbbf-4589-a673-34f800160918")]
    [InlineData("DE1BB258-CBBF-4589-A673-34F800160918")]
    [InlineData("see%20de1bb258-cbbf-4589-a673-34f800160918!")]
    public async Task Leads_from_an_id_in_other_text_to_the_clean_address(string id)
    {
        using var answer = await site.GetAsync($"/report/index/{id}");

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/report/index/de1bb258-cbbf-4589-a673-34f800160918", answer.Headers.Location?.ToString());
    }

    [Fact]
    public async Task Shows_earlier_signatures_with_when_by_what_and_what_for()
    {
        var id = await site.AddProcessedAsync("""
            {"signature": "new", "signature_history": [{"signature": "old | one", "completed_datetime": "2026-08-20T10:00:00+00:00",
             "processor_version": "0.0.9", "signature_lists": "abc123", "replaced_by": "reprocessing order 7"}, "odd"]}
            """);

        var (_, html) = await site.BrowseAsync($"/report/index/{id}");

        foreach (var shown in (string[])["Earlier signatures", "old | one", "2026-08-20T10:00:00", "0.0.9", "abc123", "reprocessing order 7"])
            Assert.Contains(shown, html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_which_crash_is_not_there()
    {
        var (status, html) = await site.BrowseAsync("/report/index/de1bb258-cbbf-4589-a673-34f800160918");

        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("There is no crash de1bb258-cbbf-4589-a673-34f800160918", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Moves_a_crash_that_somebody_waits_for_ahead_once_a_minute()
    {
        var id = await site.AddRawAsync(("ProductName", "Editor"));

        var (status, html) = await site.BrowseAsync($"/report/index/{id}");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains($"data-pending=\"/api/CrashVerify/?crash_id={id}\"", html, StringComparison.Ordinal);
        Assert.Contains("<noscript><meta http-equiv=\"refresh\"", html, StringComparison.Ordinal);
        Assert.Contains("Editor", html, StringComparison.Ordinal);
        Assert.Equal((id, Lane.Priority), await TakeFromQueueAsync());

        site.Time.Advance(TimeSpan.FromSeconds(59));
        await site.BrowseAsync($"/report/index/{id}");
        Assert.Null(await TakeFromQueueAsync());

        site.Time.Advance(TimeSpan.FromSeconds(2));
        await site.BrowseAsync($"/report/index/{id}");
        Assert.Equal((id, Lane.Priority), await TakeFromQueueAsync());
    }

    [Fact]
    public async Task Shows_why_a_parked_crash_failed_and_tries_it_again()
    {
        var id = await site.AddRawAsync();
        await site.Queue.PublishAsync(Lane.Standard, [id], Cancel);
        var lease = Assert.Single(await site.Queue.LeaseAsync(1, TimeSpan.FromMinutes(1), Cancel));
        await site.Queue.ParkAsync(lease, "Worse <b>than</b> feared", Cancel);

        var (_, html) = await site.BrowseAsync($"/report/index/{id}");

        Assert.Contains("Worse &lt;b&gt;than&lt;/b&gt; feared", html, StringComparison.Ordinal);
        Assert.Equal((id, Lane.Priority), await TakeFromQueueAsync());
    }

    [Fact]
    public async Task Shows_what_crashed_and_why()
    {
        var id = await site.AddProcessedAsync(
            """
            {
              "signature": "Editor::Paint", "product": "Editor", "version": "2.1", "build": "20260821101502",
              "reason": "SIGSEGV / SEGV_MAPERR", "address": "0x0000000000000045", "os_pretty_version": "Ubuntu 24.04",
              "cpu_arch": "amd64", "uptime": 3725, "crashing_thread": 1, "processor_notes": "a note",
              "json_dump": {
                "threads": [
                  {"frames": [{"frame": 0, "module": "libc.so.6", "module_offset": "0x10", "trust": "context", "missing_symbols": true}]},
                  {"thread_name": "Painter", "frames": [
                    {"frame": 0, "module": "editor", "function": "Editor::Paint(Canvas&)", "file": "/b/src/paint.cc", "line": 12,
                     "trust": "context", "registers": {"rip": "0x1234"}, "inlines": [{"function": "Blend", "file": "blend.h", "line": 3}]}
                  ]}
                ],
                "modules": [{"filename": "editor", "debug_id": "ABC1", "missing_symbols": false, "loaded_symbols": true}],
                "unloaded_modules": [{"filename": "gone.dll", "code_id": "5"}]
              }
            }
            """,
            ("Comments", "I clicked"));

        var (status, html) = await site.BrowseAsync($"/report/index/{id}");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.All(
            [
                "<h1 class=\"signature\">Editor::Paint</h1>", "SIGSEGV / SEGV_MAPERR", "0x0000000000000045", "Editor 2.1",
                "Ubuntu 24.04", "1 h 2 min", "Thread 1 Painter", "Editor::Paint(Canvas&amp;)", "…/b/src/paint.cc:12".Replace("…", "&#x2026;"),
                "blend.h:3", "libc.so.6@0x10", "gone.dll", "I clicked", "a crash.dmp", "a note", "rip",
                $"/api/RawCrash/?crash_id={id}&amp;format=raw&amp;name=upload_file_minidump",
                "/signature/?signature=Editor%3A%3APaint",
            ],
            text => Assert.Contains(text, html, StringComparison.Ordinal));
        Assert.True(
            html.IndexOf("Editor::Paint(Canvas", StringComparison.Ordinal) < html.IndexOf("libc.so.6@0x10", StringComparison.Ordinal),
            "the crashing thread comes first");
    }

    [Fact]
    public async Task Says_why_a_dump_could_not_be_read()
    {
        var id = await site.AddProcessedAsync(
            """{"mdsw_status_string":"HeaderMismatch","mdsw_stderr":"It does not begin with MDMP.","os_name":"Unknown","cpu_arch":"unknown"}""");

        var (_, html) = await site.BrowseAsync($"/report/index/{id}");

        Assert.Contains("The minidump could not be read: <strong>HeaderMismatch</strong>. It does not begin with MDMP.", html, StringComparison.Ordinal);
        Assert.Contains("There are no stacks", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<dt>CPU</dt><dd>unknown", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keeps_hostile_text_inert()
    {
        const string Attack = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}\u202e";
        var text = System.Text.Json.JsonSerializer.Serialize(Attack);
        var id = await site.AddProcessedAsync(
            $$$"""
            {"signature":{{{text}}},"product":{{{text}}},"reason":{{{text}}},"address":{{{text}}},"abort_message":{{{text}}},"url":{{{text}}},
             "processor_notes":{{{text}}},"crashing_thread":0,"json_dump":{
               "crash_info":{"instruction":{{{text}}},"crash_inconsistencies":[{{{text}}}]},
               "threads":[{"thread_name":{{{text}}},"frames":[{"module":{{{text}}},"function":{{{text}}},"file":{{{text}}},"line":1,"trust":{{{text}}},
                 "registers":{{{{text}}}:{{{text}}}}}]}],
               "modules":[{"filename":{{{text}}},"symbol_url":{{{text}}},"version":{{{text}}}}]}}
            """,
            (Attack, Attack));

        var (status, html) = await site.BrowseAsync($"/report/index/{id}");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img src=x", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_a_window_of_a_hundred_thousand_frames()
    {
        var name = new string('f', 600);
        var frames = new JsonArray([.. Enumerable.Range(0, 100_000)
            .Select(i => new JsonObject { ["frame"] = i, ["function"] = name, ["module"] = "m", ["trust"] = "cfi" })]);
        var id = await site.AddProcessedAsync(
            $$$"""{"crashing_thread":0,"json_dump":{"threads":[{"frames":{{{frames.ToJsonString()}}}}]}}""",
            ("Big", new string('b', 1_000_000)));

        var (status, html) = await site.BrowseAsync($"/report/index/{id}");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.InRange(html.Length, 1_000, 1_500_000);
        Assert.Contains("99,600 frames are not shown here", html, StringComparison.Ordinal);
        Assert.Contains($"/api/ProcessedCrash/?crash_id={id}", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"json_dump":{"threads":[{"frames":[null,1,"x",[]]}],"modules":[null]},"uptime":"x","crashing_thread":0}""")]
    [InlineData("""{"uptime":9223372036854775807,"crash_time":-9223372036854775808,"install_age":-9223372036854775808}""")]
    public async Task Shows_a_document_of_any_shape(string json)
    {
        var (status, html) = await site.BrowseAsync($"/report/index/{await site.AddProcessedAsync(json)}");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("</html>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_it_failed_when_the_stored_document_is_damaged()
    {
        var (status, html) = await site.BrowseAsync($"/report/index/{await site.AddProcessedAsync("{\"signature")}");

        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Contains("The server failed on this request", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_reports_as_the_stack_walker_writes_them()
    {
        foreach (var file in Directory.GetFiles(SharedData.Path("cases", "stackwalk", "snapshots"), "*json*pretty*.json"))
        {
            var report = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancel))!["expect"]!;
            var crash = report["crash_info"]!;
            var document = new JsonObject
            {
                ["reason"] = crash["type"]?.DeepClone(),
                ["crashing_thread"] = crash["crashing_thread"]?.DeepClone(),
                ["json_dump"] = report.DeepClone(),
            };
            var id = await site.AddProcessedAsync(document.ToJsonString());

            var (status, html) = await site.BrowseAsync($"/report/index/{id}");

            Assert.Equal(HttpStatusCode.OK, status);
            var functions = report["threads"]!.AsArray()
                .SelectMany(thread => thread!["frames"]!.AsArray())
                .Select(frame => (string?)frame!["function"])
                .OfType<string>();
            var text = WebUtility.HtmlDecode(html);
            Assert.All(functions, function => Assert.Contains(function, text, StringComparison.Ordinal));
        }
    }

    async Task<(CrashId Id, Lane Lane)?> TakeFromQueueAsync()
    {
        var leases = await site.Queue.LeaseAsync(10, TimeSpan.FromMinutes(1), Cancel);
        await site.Queue.CompleteAsync(leases, Cancel);
        return leases is [var lease] ? (lease.Id, lease.Lane) : null;
    }
}
