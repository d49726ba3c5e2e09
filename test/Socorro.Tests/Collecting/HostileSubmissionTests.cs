using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Socorro.Collecting;
using ZstdSharp;

namespace Socorro.Tests.Collecting;

/// <summary>Whatever bytes come: an answer, bounded memory, and a server that goes on.</summary>
public sealed class HostileSubmissionTests(CollectorServer server) : IClassFixture<CollectorServer>
{
    static readonly WireRequest Good = WireRequest.Good;

    [Theory]
    [InlineData("br")]
    [InlineData("zstd")]
    [InlineData("deflate")]
    [InlineData("deflate, bare")]
    [InlineData("x-gzip")]
    public async Task Every_usual_compression_is_understood_and_checked(string coding)
    {
        var request = Good.Plus(Part.Dump("upload_file_minidump", new('x', 100_000))) with { Encode = body => Compress(coding, body) };
        request = request.PlusHeader($"Content-Encoding: {coding.Split(',')[0]}");

        var crash = await server.GetStoredAsync(await server.SendAsync(request));
        var cut = await server.SendAsync(request with { Encode = body => Compress(coding, body)[..^3] });

        Assert.True(crash.Metadata.IsCompressed);
        Assert.Equal(100_000, Assert.Single(crash.Dumps).Length);
        Assert.Equal((400, $"Discarded=malformed_bad_{coding.Split(',')[0].Replace("x-", "")}"), (cut.Status, cut.Body));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("zstd")]
    [InlineData("deflate")]
    public async Task A_bomb_is_cut_off(string coding)
    {
        await using var strict = new CollectorServer { Settings = new() { Limits = new() { MaxBodyBytes = 1 << 20 } } };
        await strict.InitializeAsync();
        var bomb = Good.Plus(Part.Raw("Content-Disposition: form-data; name=d; filename=d", new byte[2 << 20]));
        bomb = bomb.PlusHeader($"Content-Encoding: {coding}") with { Encode = body => Compress(coding, body) };

        var reply = await strict.SendAsync(bomb);

        Assert.InRange(bomb.Body.Length, 1, 50_000);
        Assert.Equal((413, "Discarded=malformed_too_large"), (reply.Status, reply.Body));
    }

    [Fact]
    public async Task A_body_may_have_exactly_as_much_as_the_limit()
    {
        const int Limit = 1 << 20;
        Assert.Equal(100 << 20, new SubmissionLimits().MaxBodyBytes);
        await using var strict = new CollectorServer { Settings = new() { Limits = new() { MaxBodyBytes = Limit } } };
        await strict.InitializeAsync();
        static WireRequest WithDump(int length) =>
            Good.Plus(Part.Raw("Content-Disposition: form-data; name=d; filename=d", new byte[length]));
        var largest = Limit - WithDump(0).Body.Length;

        Assert.Equal(largest, Assert.Single((await strict.GetStoredAsync(await strict.SendAsync(WithDump(largest)))).Dumps).Length);
        Assert.Equal(413, (await strict.SendAsync(WithDump(largest + 1))).Status);
        Assert.Equal(413, (await strict.SendAsync(WithDump(largest + 1) with { IsChunked = true })).Status);
    }

    [Fact]
    public async Task A_body_that_says_it_is_too_large_is_not_read()
    {
        var reply = await server.SendAsync(Good with { ContentLength = $"{1L << 40}" });

        Assert.Equal((413, "Discarded=malformed_too_large"), (reply.Status, reply.Body));
    }

    [Fact]
    public async Task A_zstd_body_can_not_ask_for_a_huge_window()
    {
        using var compressor = new Compressor(1);
        compressor.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_windowLog, 27);
        compressor.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_contentSizeFlag, 0);
        var request = Good.Plus(Part.Raw("Content-Disposition: form-data; name=d; filename=d", new byte[9 << 20]))
            .PlusHeader("Content-Encoding: zstd");

        var reply = await server.SendAsync(request with { Encode = body => compressor.Wrap(body).ToArray() });

        Assert.Equal((400, "Discarded=malformed_bad_zstd"), (reply.Status, reply.Body));
    }

    public static TheoryData<string, int, string> Malformed => new()
    {
        { "a million tiny parts", 400, "Discarded=malformed_too_many_parts" },
        { "many dumps", 400, "Discarded=malformed_too_many_parts" },
        { "one dump many times", 400, "Discarded=malformed_too_many_parts" },
        { "many JSON members", 400, "Discarded=malformed_too_many_parts" },
        { "a 10 MiB part header", 400, "Discarded=malformed_invalid_payload_structure" },
        { "many part headers", 400, "Discarded=malformed_invalid_payload_structure" },
        { "a part header without colon", 400, "Discarded=malformed_invalid_payload_structure" },
        { "a preamble without end", 400, "Discarded=malformed_invalid_payload_structure" },
        { "deep JSON", 400, "Discarded=malformed_invalid_json" },
        { "JSON in no charset", 400, "Discarded=malformed_invalid_json" },
        { "JSON of invalid UTF-8", 400, "Discarded=malformed_invalid_json" },
        { "base64", 400, "Discarded=malformed_invalid_payload_structure" },
        { "a broken chunk", 400, "Discarded=malformed_invalid_payload_structure" },
        { "a shorter Content-Length", 400, "Discarded=malformed_invalid_payload_structure" },
        { "nothing but the end", 400, "Discarded=malformed_no_annotations" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task What_makes_no_sense_is_refused_with_its_reason(string what, int status, string body)
    {
        var request = what switch
        {
            "a million tiny parts" => Good.Plus([.. Enumerable.Repeat(Part.Text("a", ""), 1_000_000)]),
            "many dumps" => Good.Plus([.. Enumerable.Range(0, 65).Select(i => Part.Dump($"d{i}", ""))]),
            "one dump many times" => Good.Plus([.. Enumerable.Repeat(Part.Dump("d", ""), 65)]),
            "many JSON members" => WireRequest.Of(Part.Json($"{{{string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"{i}\":1"))}}}")),
            "a 10 MiB part header" => Good.Plus(Part.Text(new('n', 10 << 20), "")),
            "many part headers" => Good.Plus(Part.Raw(string.Join("\r\n", Enumerable.Range(0, 100).Select(i => $"X{i}: 1")), [])),
            "a part header without colon" => Good.Plus(Part.Raw("Content-Disposition", [])),
            "a preamble without end" => Good with { Encode = body => [.. new byte[1 << 20], .. body] },
            "deep JSON" => WireRequest.Of(Part.Json($"{{\"a\":{new string('[', 100_000)}{new string(']', 100_000)}}}")),
            "JSON in no charset" => WireRequest.Of(Part.Text("extra", "application/json; charset=none", "{}"u8.ToArray())),
            "JSON of invalid UTF-8" => WireRequest.Of(Part.Text("extra", "application/json", [.. "{\"a\":\""u8, 0xff, .. "\"}"u8])),
            "base64" => Good.Plus(Part.Raw("Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64", [])),
            "a broken chunk" => Good.PlusHeader("Transfer-Encoding: chunked") with { ContentLength = "" },
            "a shorter Content-Length" => Good with { ContentLength = "20" },
            "nothing but the end" => new(),
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, "no such request"),
        };

        var reply = await server.SendAsync(request);

        Assert.Equal((status, body), (reply.Status, reply.Body));
    }

    [Fact]
    public async Task Texts_may_hold_anything_and_are_kept_as_they_are()
    {
        var texts = new Dictionary<string, string>
        {
            ["controls"] = new([.. Enumerable.Range(0, 160).Select(i => (char)i)]),
            ["lines"] = "a\r\nb\n\r--bndless? -- bnd\r\n--bn\r\n",
            ["ünïcode 名前"] = "😀\ufeff\uffff",
            ["nul\0name"] = "",
            ["long"] = new('x', 1_000_000),
            ["'; drop table crashes; --"] = "<script>alert(1)</script>",
        };

        var reply = await server.SendAsync(WireRequest.Of([.. texts.Select(text => Part.Text(text.Key, text.Value))]));

        var crash = await server.GetStoredAsync(reply);
        Assert.Equal(texts.OrderBy(text => text.Key), crash.Annotations.OrderBy(text => text.Key));
    }

    [Fact]
    public async Task A_dump_may_hold_anything_that_is_not_the_boundary()
    {
        var content = new StringBuilder("\r\n--bn\r\n\r\n--bnx\r\n--\r\n\r\n\r\n-");
        for (var i = 0; i < 70_000; i++)
            content.Append((char)(i % 256)).Append("\r\n--bN"[..(i % 7)]);

        var reply = await server.SendAsync(Good.Plus(Part.Dump("upload_file_minidump", content.ToString())));

        var crash = await server.GetStoredAsync(reply);
        Assert.Equal(Encoding.Latin1.GetBytes(content.ToString()), await server.GetDumpAsync(crash, "upload_file_minidump"));
    }

    [Fact]
    public async Task A_multipart_within_a_part_is_just_bytes()
    {
        var inner = "--inner\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--inner--\r\n";

        var reply = await server.SendAsync(Good.Plus(Part.Dump("files", inner, "multipart/mixed; boundary=inner")));

        var crash = await server.GetStoredAsync(reply);
        Assert.Equal(Encoding.Latin1.GetBytes(inner), await server.GetDumpAsync(crash, "files"));
        Assert.DoesNotContain("x", crash.Annotations.Keys);
    }

    [Fact]
    public async Task Notes_do_not_pile_up()
    {
        var name = $"a{string.Concat(Enumerable.Repeat("😀", 1000))}";

        var reply = await server.SendAsync(Good.Plus([.. Enumerable.Repeat(Part.Text(name, "b"), 1000)]));

        var crash = await server.GetStoredAsync(reply);
        Assert.Equal(101, crash.Metadata.Notes.Count);
        Assert.Equal($"kept the last of several values of {name[..99]}…", crash.Metadata.Notes[0]);
        Assert.Equal("dropped further notes", crash.Metadata.Notes[^1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_goes_away_halfway_leaves_nothing_but_a_line_in_the_log(bool isPolite)
    {
        var name = $"vanisher {isPolite}";
        var request = (Good with { Headers = [$"User-Agent: {name}"] }).ToBytes();
        var cancel = TestContext.Current.CancellationToken;
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, server.Port, cancel);
            await client.GetStream().WriteAsync(request.AsMemory(0, request.Length - 20), cancel);
            await Task.Delay(20, cancel);
            if (isPolite)
                client.Client.Shutdown(SocketShutdown.Send);
            else
                client.LingerState = new(enable: true, seconds: 0);
        }

        string? line;
        while ((line = server.Log.FirstOrDefault(line => line.Contains(name))) is null)
            await Task.Delay(10, cancel);

        Assert.StartsWith("Information: Discarded=malformed_invalid_payload_structure (400)", line);
        Assert.Equal(200, (await server.SendAsync(Good)).Status);
    }

    [Fact]
    public async Task A_slow_client_is_given_up()
    {
        await using var impatient = new CollectorServer
        {
            Settings = new() { Limits = new() { MaxDuration = TimeSpan.FromMilliseconds(200) } },
        };
        await impatient.InitializeAsync();

        var reply = await impatient.SendAsync(Good with { ContentLength = "100000" });

        Assert.Equal((408, "Discarded=malformed_too_slow"), (reply.Status, reply.Body));
    }

    [Fact]
    public async Task More_than_fits_into_memory_at_once_is_asked_to_come_again()
    {
        await using var small = new CollectorServer { Settings = new() { MaxMemoryBytes = 1 << 20 } };
        await small.InitializeAsync();
        var noise = new byte[1 << 20];
        new Random(1).NextBytes(noise);
        var large = Good.Plus(Part.Raw("Content-Disposition: form-data; name=d; filename=d", noise));

        for (var round = 0; round < 3; round++)
        {
            var refused = await small.SendAsync(large);
            Assert.Equal((503, ""), (refused.Status, refused.Body));
            Assert.InRange(int.Parse(refused.Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 300);
        }

        Assert.Equal(200, (await small.SendAsync(Good.Plus(Part.Dump("d", "small")))).Status);
    }

    [Fact]
    public async Task A_disk_that_is_nearly_full_takes_no_more_crashes()
    {
        await using var full = new CollectorServer { MinFreeBytes = long.MaxValue };
        await full.InitializeAsync();

        var text = await full.SendAsync(Good);
        var json = await full.SendAsync(Good.PlusHeader("Accept: application/json"));

        Assert.Equal((503, "", "60"), (text.Status, text.Body, text.Headers["Retry-After"]));
        Assert.Equal("""{"refused":"Service Unavailable"}""", json.Body);
        Assert.Contains(full.Log, line => line.Contains("MB are free, and 9223372036854.8 MB have to stay free (503)"));
    }

    static byte[] Compress(string coding, byte[] body)
    {
        var compressed = new MemoryStream();
        using (Stream compressor = coding switch
        {
            "br" => new BrotliStream(compressed, CompressionLevel.Fastest),
            "zstd" => new CompressionStream(compressed),
            "deflate" => new ZLibStream(compressed, CompressionLevel.Fastest),
            "deflate, bare" => new DeflateStream(compressed, CompressionLevel.Fastest),
            _ => new GZipStream(compressed, CompressionLevel.Fastest),
        })
        {
            compressor.Write(body);
        }

        return compressed.ToArray();
    }
}
