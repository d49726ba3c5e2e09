using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Socorro.Tests.Collecting;

/// <summary>Requests as clients of the field send them: captured byte for byte, or written after their documentation.</summary>
public sealed class RealClientTests(CollectorServer server) : IClassFixture<CollectorServer>
{
    [Fact]
    public async Task Breakpad_on_Linux()
    {
        var request = await File.ReadAllBytesAsync(
            SharedData.Path("cases", "clients", "breakpad-linux.http"), TestContext.Current.CancellationToken);

        var crash = await server.GetStoredAsync(await server.SendAsync(request));

        Assert.Equal("MyProd", crash.Annotations["prod"]);
        Assert.Equal("MyProd", crash.Annotations["ProductName"]);
        Assert.Equal("1.2.3", crash.Annotations["Version"]);
        Assert.Equal("Breakpad/1.0 (Linux)", crash.Metadata.UserAgent);
        Assert.Equal("plugin.dmp", Assert.Single(crash.Dumps).FileName);
        Assert.Equal(Between(request, "octet-stream\r\n\r\n", "\r\n----"), await server.GetDumpAsync(crash, "upload_file_minidump"));
    }

    /// <summary>After Breakpad's <c>common/windows/http_upload.cc</c> and <c>common/mac/HTTPMultipartUpload.m</c>.</summary>
    [Theory]
    [InlineData("Windows", "---------------------------0F1E2D3C4B5A6978", @"C:\Users\Zoë\Temp\1d2c.dmp")]
    [InlineData("Mac", "----------------------------000041A7C2D4", "Dump 7.dmp")]
    public async Task Breakpad_elsewhere(string system, string boundary, string fileName)
    {
        string[] lines =
        [
            .. Field("prod", "MyProd"), .. Field("ver", "1.2.3"), .. Field("Empty", ""),
            $"--{boundary}", $"Content-Disposition: form-data; name=\"upload_file_minidump\"; filename=\"{fileName}\"",
            "Content-Type: application/octet-stream", "", "MDMP\r\n--", $"--{boundary}--", "",
        ];
        var request = new WireRequest
        {
            ContentType = $"multipart/form-data; boundary={boundary}",
            Headers = [$"User-Agent: Breakpad/1.0 ({system})"],
            Parts = [Encoding.UTF8.GetBytes(string.Join("\r\n", lines))],
            End = "",
        };

        var crash = await server.GetStoredAsync(await server.SendAsync(request));

        Assert.Equal(("MyProd", "1.2.3", ""), (crash.Annotations["ProductName"], crash.Annotations["Version"], crash.Annotations["Empty"]));
        Assert.Equal(fileName, Assert.Single(crash.Dumps).FileName);
        Assert.Equal("MDMP\r\n--", Encoding.ASCII.GetString(await server.GetDumpAsync(crash, "upload_file_minidump")));

        string[] Field(string name, string value) => [$"--{boundary}", $"Content-Disposition: form-data; name=\"{name}\"", "", value];
    }

    [Fact]
    public async Task Crashpad_in_Chromium()
    {
        var request = await File.ReadAllBytesAsync(
            SharedData.Path("cases", "clients", "crashpad-chunked.http"), TestContext.Current.CancellationToken);

        var crash = await server.GetStoredAsync(await server.SendAsync(request));

        // 45 as sent, and our names for product, version and process type.
        Assert.Equal(48, crash.Annotations.Count);
        Assert.Equal("Chrome_Linux", crash.Annotations["ProductName"]);
        Assert.Equal("156.0.8078.79", crash.Annotations["Version"]);
        Assert.Equal("93ee2e5e-bbec-41e7-a016-b2e5c273f416", crash.Annotations["guid"]);
        Assert.Equal(crash.Annotations["ptype"], crash.Annotations["ProcessType"]);
        Assert.Equal("fff3cb4f-e5a1-4502-8b3a-ec8257b04978.dmp", Assert.Single(crash.Dumps).FileName);

        var body = Dechunk(request);
        Assert.Equal(body.Length, crash.Metadata.PayloadSize);
        Assert.Equal(Between(body, "octet-stream\r\n\r\n", "\r\n-----"), await server.GetDumpAsync(crash, "upload_file_minidump"));
    }

    [Fact]
    public async Task Crashpad_that_identifies_itself_in_the_address_alone()
    {
        var request = WireRequest.Of(Part.Text("ptype", "browser")) with
        {
            Target = "/submit?product=App%20One&version=2.0&guid=1-2&api_key=secret",
        };

        var crash = await server.GetStoredAsync(await server.SendAsync(request));

        Assert.Equal("App One", crash.Annotations["ProductName"]);
        Assert.Equal("2.0", crash.Annotations["Version"]);
        Assert.Equal("1-2", crash.Annotations["guid"]);
        Assert.DoesNotContain("api_key", crash.Annotations.Keys);
    }

    [Fact]
    public async Task The_body_wins_over_the_address()
    {
        var request = WireRequest.Of(Part.Text("prod", "Body"), Part.Text("Version", "1")) with
        {
            Target = "/submit?product=Address&version=2",
        };

        var crash = await server.GetStoredAsync(await server.SendAsync(request));

        Assert.Equal("Body", crash.Annotations["ProductName"]);
        Assert.Equal("1", crash.Annotations["Version"]);
    }

    [Fact]
    public async Task Electron_whose_own_name_is_not_the_product()
    {
        var request = WireRequest.Of(
            Part.Text("_companyName", "Example"),
            Part.Text("_productName", "Editor"),
            Part.Text("_version", "3.1.4"),
            Part.Text("guid", "5e1286fc"),
            Part.Text("platform", "win32"),
            Part.Text("process_type", "renderer"),
            Part.Text("prod", "Electron"),
            Part.Text("ver", "38.0.0"),
            Part.Dump("upload_file_minidump", "MDMP"));

        var crash = await server.GetStoredAsync(await server.SendAsync(request));

        Assert.Equal("Editor", crash.Annotations["ProductName"]);
        Assert.Equal("3.1.4", crash.Annotations["Version"]);
        Assert.Equal("renderer", crash.Annotations["ProcessType"]);
        Assert.Equal("38.0.0", crash.Annotations["ver"]);
    }

    [Theory]
    [InlineData("/api/42/minidump/?sentry_key=k", "one part")]
    [InlineData("/api/42/minidump", "pieces")]
    [InlineData("/submit", "brackets")]
    public async Task Clients_of_Sentry(string target, string form)
    {
        const string Sentry = """{"release":"editor@3.1+7","environment":"staging","user":{"email":"a@b.c"},"tags":{"gpu":"x"}}""";
        byte[][] parts = form switch
        {
            "one part" => [Part.Text("sentry", Sentry)],
            "pieces" => [Part.Text("sentry__2", Sentry[30..]), Part.Text("sentry__1", Sentry[..30])],
            _ =>
            [
                Part.Text("sentry[release]", "editor@3.1+7"),
                Part.Text("sentry[environment]", "staging"),
                Part.Text("sentry[user][email]", "a@b.c"),
            ],
        };
        var request = WireRequest.Of([.. parts, Part.Dump("upload_file_minidump", "MDMP"), Part.Dump("__sentry-event", "\u0080")]);

        var crash = await server.GetStoredAsync(await server.SendAsync(request with { Target = target }));

        Assert.Equal("editor", crash.Annotations["ProductName"]);
        Assert.Equal("3.1+7", crash.Annotations["Version"]);
        Assert.Equal("staging", crash.Annotations["ReleaseChannel"]);
        Assert.Equal(["upload_file_minidump", "__sentryevent"], crash.Dumps.Select(dump => dump.Name));
        Assert.DoesNotContain(crash.Annotations, pair => pair.Value.Contains("a@b.c"));
        Assert.StartsWith("Removed sentry", Assert.Single(crash.Metadata.Notes));
        if (form != "brackets")
            Assert.Equal("""{"release":"editor@3.1+7","environment":"staging","tags":{"gpu":"x"}}""", crash.Annotations["sentry"]);
    }

    /// <summary>The bytes as sentry-native writes them; text of Latin-1 stands for them.</summary>
    [Fact]
    public async Task Sentrys_native_client_whose_event_is_MessagePack()
    {
        const string Event = "\u0085\u00a7release\u00acmy-app@1.2.3\u00abenvironment\u00a3dev\u00a4user\u0081\u00a5email\u00a5a@b.c"
            + "\u00a4tags\u0081\u00a3gpu\u00a4Fast\u00a5level\u00a5fatal";
        var request = WireRequest.Of(
            Part.Dump("upload_file_minidump", "MDMP"),
            Part.Dump("__sentry-event", Event),
            Part.Dump("__sentry-breadcrumb1", Crumb(3)),
            Part.Dump("__sentry-breadcrumb2", Crumb(1) + Crumb(2)));

        var crash = await server.GetStoredAsync(await server.SendAsync(request with { Target = "/api/42/minidump/?sentry_key=k" }));

        Assert.Equal("my-app", crash.Annotations["ProductName"]);
        Assert.Equal("1.2.3", crash.Annotations["Version"]);
        Assert.Equal("dev", crash.Annotations["ReleaseChannel"]);
        Assert.Equal(
            """{"release":"my-app@1.2.3","environment":"dev","tags":{"gpu":"Fast"},"level":"fatal"}""", crash.Annotations["sentry"]);
        Assert.Equal(
            string.Concat("[", string.Join(',', "123".Select(day => $$"""{"timestamp":"2026-01-0{{day}}T00:00:00Z","message":"{{day}}"}""")), "]"),
            crash.Annotations["Breadcrumbs"]);
        Assert.Equal(4, crash.Dumps.Count);

        static string Crumb(int day) => $"\u0082\u00a9timestamp\u00b42026-01-0{day}T00:00:00Z\u00a7message\u00a1{day}";
    }

    [Fact]
    public async Task An_event_of_Sentry_that_can_not_be_read_is_kept_as_it_is()
    {
        var request = WireRequest.Good.Plus(Part.Dump("__sentry-event", "\u0081\u00a7rel"));

        var crash = await server.GetStoredAsync(await server.SendAsync(request));

        Assert.Equal("__sentry-event can't be read", Assert.Single(crash.Metadata.Notes));
        Assert.Equal(5, Assert.Single(crash.Dumps).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("{")]
    [InlineData("{\"release\":\"\",\"tags\":{\"a\":\"\\ud800\"},\"tags\":1}")]
    [InlineData("{\"release\":7,\"environment\":null}")]
    public async Task A_client_of_Sentry_that_says_little_is_known_by_its_project(string sentry)
    {
        var request = WireRequest.Of(Part.Text("sentry", sentry), Part.Dump("upload_file_minidump", "MDMP"));

        var crash = await server.GetStoredAsync(await server.SendAsync(request with { Target = "/api/my-app/minidump/" }));

        Assert.Equal("my-app", crash.Annotations["ProductName"]);
        Assert.Equal(sentry, crash.Annotations["sentry"]);
        Assert.DoesNotContain("Version", crash.Annotations.Keys);
    }

    [Fact]
    public async Task The_Firefox_crash_reporter()
    {
        var request = WireRequest.Of(
            Part.Json("""{"ProductName":"Firefox","Version":"140.0","ReleaseChannel":"nightly","Add-ons":"a%40b:1"}"""),
            Part.Dump("upload_file_minidump", "MDMP"),
            Part.Dump("upload_file_minidump_browser", "MDMP2"),
            Part.Dump("memory_report", "gz", "application/gzip", "memory.json.gz"));

        var crash = await server.GetStoredAsync(await server.SendAsync(request));

        Assert.Equal("a%40b:1", crash.Annotations["Add-ons"]);
        Assert.Equal(
            ["upload_file_minidump", "upload_file_minidump_browser", "memory_report"], crash.Dumps.Select(dump => dump.Name));
        Assert.Equal("MDMP2"u8.ToArray(), await server.GetDumpAsync(crash, "upload_file_minidump_browser"));
    }

    [Fact]
    public async Task Attachments_keep_their_file_names_and_get_names_of_their_own()
    {
        var request = WireRequest.Good.Plus(
            Part.Dump("attachment_a-log", "1", fileName: "../../etc/passwd"),
            Part.Dump("attachment_alog", "2", fileName: @"C:\dumps\a.log"),
            Part.Raw("Content-Disposition: form-data; name=\"$\"; filename*=UTF-8''na%C3%AFve.txt", "3"u8.ToArray()),
            Part.Dump("§", "4"));

        var crash = await server.GetStoredAsync(await server.SendAsync(request));

        Assert.Equal(
            [
                ("attachment_alog", "../../etc/passwd"),
                ("attachment_alog_2", @"C:\dumps\a.log"),
                ("attachment", "naïve.txt"),
                ("attachment_2", "a.dmp"),
            ],
            crash.Dumps.Select(dump => (dump.Name, dump.FileName)));
        Assert.Equal("2"u8.ToArray(), await server.GetDumpAsync(crash, "attachment_alog_2"));
    }

    [Fact]
    public async Task A_client_that_asks_before_it_sends_its_body()
    {
        var request = WireRequest.Good.PlusHeader("Expect: 100-continue").ToBytes();
        var head = Encoding.Latin1.GetString(request).IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        var cancel = TestContext.Current.CancellationToken;
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port, cancel);
        var stream = client.GetStream();

        await stream.WriteAsync(request.AsMemory(0, head), cancel);
        Assert.Equal(100, (await WireReply.ReadAsync(stream, cancel)).Status);

        await stream.WriteAsync(request.AsMemory(head), cancel);
        await server.GetStoredAsync(await WireReply.ReadAsync(stream, cancel));
    }

    [Fact]
    public async Task Answers_are_plain_enough_for_Crashpad_to_read()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port, cancel);
        await client.GetStream().WriteAsync(WireRequest.Good.PlusHeader("Connection: close").ToBytes(), cancel);

        var reply = await new StreamReader(client.GetStream(), Encoding.Latin1).ReadToEndAsync(cancel);

        Assert.StartsWith("HTTP/1.1 200 ", reply);
        Assert.Contains("\r\nContent-Length: 48\r\n", reply);
        Assert.Contains("\r\nContent-Type: text/plain", reply);
        Assert.DoesNotContain("Transfer-Encoding", reply);
        Assert.Matches(@"\r\n\r\nCrashID=bp-[0-9a-f-]{36}\n\z", reply);
    }

    [Fact]
    public async Task A_browser_gets_JSON_from_any_origin_when_it_asks_for_it()
    {
        var accepted = await server.SendAsync(WireRequest.Good.PlusHeader("Accept: text/html, application/json;q=0.9"));
        var malformed = await server.SendAsync((WireRequest.Good with { End = "" }).PlusHeader("Accept: application/json"));
        var asked = await server.SendAsync(new WireRequest { Method = "OPTIONS", ContentType = null, ContentLength = "", End = "" });

        Assert.Matches("""\A\{"crash_id":"[0-9a-f-]{36}"\}\z""", accepted.Body);
        Assert.Equal("application/json", accepted.Headers["Content-Type"]);
        Assert.Equal("*", accepted.Headers["Access-Control-Allow-Origin"]);
        Assert.Equal("""{"discarded":"malformed_invalid_payload_structure"}""", malformed.Body);
        Assert.Equal(204, asked.Status);
        Assert.Equal("POST", asked.Headers["Access-Control-Allow-Methods"]);
    }

    [Fact]
    public async Task A_forwarder_that_sends_a_crash_again_gets_the_same_answer()
    {
        const string Id = "0a1bb258-cbbf-4589-a673-34f800200101";
        var request = WireRequest.Good
            .Plus(Part.Text("uuid", Id), Part.Dump("upload_file_minidump", "MDMP"))
            .PlusHeader($"Authorization: bearer {CollectorServer.Token}");

        var first = await server.SendAsync(request);
        var again = await server.SendAsync(request);
        var other = await server.SendAsync(request.Plus(Part.Text("more", "1")));

        Assert.Equal($"CrashID=bp-{Id}\n", first.Body);
        Assert.Equal(first.Body, again.Body);
        Assert.Equal((409, "Discarded=malformed_conflicting_uuid"), (other.Status, other.Body));
    }

    [Fact]
    public async Task Each_submission_leaves_one_line_in_the_log_whatever_its_texts_hold()
    {
        var request = WireRequest.Of(Part.Text("ProductName", "Line\nBreaker"), Part.Dump("upload_file_minidump", "MDMP"));

        var reply = await server.SendAsync(request);

        var line = Assert.Single(server.Log, line => line.Contains("Breaker"));
        Assert.Matches(
            $@"\AInformation: {reply.Body.Trim()} \(200\) to Line.Breaker  by accept_everything: {request.Body.Length} bytes, "
            + @"1 dumps of 4, [0-9.]+ ms, wire/1 \z",
            line);
    }

    static byte[] Between(byte[] bytes, string start, string end)
    {
        var from = bytes.AsSpan().IndexOf(Encoding.Latin1.GetBytes(start)) + start.Length;
        return bytes[from..(from + bytes.AsSpan(from).LastIndexOf(Encoding.Latin1.GetBytes(end)))];
    }

    static byte[] Dechunk(byte[] request)
    {
        var body = new MemoryStream();
        var at = request.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        while (true)
        {
            var end = at + request.AsSpan(at).IndexOf("\r\n"u8);
            var length = Convert.ToInt32(Encoding.ASCII.GetString(request, at, end - at), 16);
            if (length == 0)
                return body.ToArray();

            body.Write(request, end + 2, length);
            at = end + 2 + length + 2;
        }
    }
}
