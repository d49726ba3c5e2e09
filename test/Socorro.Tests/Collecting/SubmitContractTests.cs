using System.IO.Compression;
using Socorro.Crashes;
using Socorro.Tests.Storage;

namespace Socorro.Tests.Collecting;

/// <summary>
/// What Socorro's collector answers to each kind of request, row by row of the reference (c01…), and what is stored. Where
/// we answer otherwise on purpose, the row says why.
/// </summary>
public sealed class SubmitContractTests(CollectorServer server) : IClassFixture<CollectorServer>
{
    const string Accepted = "CrashID";
    const string FixedId = "de1bb258-cbbf-4589-a673-34f800160918";
    const string Authorization = $"Authorization: Bearer {CollectorServer.Token}";

    static readonly WireRequest Good = WireRequest.Good;
    static readonly byte[] MainDump = Part.Dump("upload_file_minidump", "MDMP");

    /// <param name="Id">The row of the reference, with a letter where a row is several requests.</param>
    /// <param name="Request">What is sent.</param>
    /// <param name="Status">The answer's status.</param>
    /// <param name="Body">The answer's body; <see cref="Accepted"/> for any new crash id.</param>
    /// <param name="Check">What must be so in the store.</param>
    /// <param name="Differs">Why we don't answer as the reference says; null where we do.</param>
    sealed record Row(
        string Id, WireRequest Request, int Status, string Body, Action<RawCrash>? Check = null, string? Differs = null);

    static readonly Row[] Rows =
    [
        new("c01", Good.Plus(MainDump), 200, Accepted, crash =>
        {
            Assert.Equal("multipart", crash.Metadata.Payload);
            Assert.False(crash.Metadata.IsCompressed);
            Assert.Equal("accept_everything", crash.Metadata.ThrottleRule);
            Assert.Equal(100, crash.Metadata.ThrottleRate);
            Assert.Equal(Good.Plus(MainDump).Body.Length, crash.Metadata.PayloadSize);
            Assert.Equal("wire/1", crash.Metadata.UserAgent);
            Assert.Empty(crash.Metadata.Notes);
            Assert.Equal('0', crash.Id.ToString()[29]);
            Assert.Equal(DateOnly.FromDateTime(crash.SubmittedAt.UtcDateTime), crash.Id.Day);
            AssertAnnotations(crash, ("ProductName", "Firefox"), ("Version", "1.0"));
            Assert.Equal(
                [new("upload_file_minidump", 4, "0bb2fcd163de4d5e0b8bebb54a4613f8693b546003870b8465a882cf080684f4", "a.dmp")],
                crash.Dumps);
        }),
        new("c02", Good with { ContentType = null }, 400, "Discarded=malformed_no_content_type"),
        new("c03", Good with { ContentType = "application/json" }, 400, "Discarded=malformed_wrong_content_type"),
        new("c04", Good with { ContentType = "Multipart/Form-Data; boundary=bnd" }, 200, Accepted,
            Differs: "media types have no case (RFC 9110)"),
        new("c05", Good with { ContentType = "multipart/related; boundary=bnd" }, 400, "Discarded=malformed_wrong_content_type"),
        new("c06", Good with { ContentType = "multipart/mixed; boundary=bnd" }, 200, Accepted, IsGood),
        new("c07", Good with { ContentType = "multipart/form-data" }, 400, "Discarded=malformed_no_boundary"),
        new("c08", Good with { ContentType = "multipart/form-data; charset=utf-8; Boundary=bnd" }, 200, Accepted, IsGood,
            Differs: "parameters may come in any order and case"),
        new("c09", Good with { ContentType = "multipart/form-data; boundary=bnd; charset=utf-8" }, 200, Accepted, IsGood),
        new("c10", Good with { ContentType = "multipart/form-data; boundary=\"bnd\"" }, 200, Accepted, IsGood),
        new("c11", Good with { ContentType = "multipart/form-data;boundary=bnd" }, 200, Accepted, IsGood),
        new("c13", Good with { ContentType = "multipart/form-data; boundary=" }, 400, "Discarded=malformed_no_boundary",
            Differs: "one form for every malformed request"),
        new("c14", Good with { ContentType = $"multipart/form-data; boundary={new string('b', 71)}" },
            400, "Discarded=malformed_no_boundary", Differs: "one form for every malformed request"),
        new("c15", new() { End = "" }, 400, "Discarded=malformed_no_content_length"),
        new("c15b", new() { End = "", ContentLength = "" }, 400, "Discarded=malformed_no_content_length"),
        new("c16", Good with { IsChunked = true }, 200, Accepted, IsGood, Differs: "a chunked body needs no length"),
        new("c17", Good with { ContentLength = "foo" }, 400, ""),
        new("c18", Gzipped(Good), 200, Accepted, crash =>
        {
            Assert.True(crash.Metadata.IsCompressed);
            Assert.Equal(Gzipped(Good).Body.Length, crash.Metadata.PayloadSize);
            IsGood(crash);
        }),
        new("c19", Gzipped(Good, "GZIP"), 200, Accepted, IsGood, Differs: "content codings have no case (RFC 9110)"),
        new("c21", Good with { Encode = Gzip }, 400, "Discarded=malformed_invalid_payload_structure"),
        new("c22a", Gzipped(Good) with { Encode = body => Gzip(body)[..^1] }, 400, "Discarded=malformed_bad_gzip"),
        new("c22b", Gzipped(Good) with { Encode = body => Gzip(body)[..30] }, 400, "Discarded=malformed_bad_gzip"),
        new("c22c", Gzipped(Good) with { Encode = body => body }, 400, "Discarded=malformed_bad_gzip"),
        new("c23", Gzipped(Good) with { Encode = body => [.. Gzip(body), .. "junk"u8] }, 200, Accepted, IsGood),
        new("c24", Gzipped(Good) with { Encode = body => [.. Gzip(body[..40]), .. Gzip(body[40..])] }, 200, Accepted, IsGood,
            Differs: "a gzip body may have several members (RFC 1952)"),
        new("c25", Good.PlusHeader("Content-Encoding: deflate"), 200, Accepted, crash =>
        {
            IsGood(crash);
            Assert.False(crash.Metadata.IsCompressed);
        }),
        new("c26", Good with { ContentType = "multipart/form-data; boundary=other" },
            400, "Discarded=malformed_invalid_payload_structure"),
        new("c27", new() { End = "who knows what this is" }, 400, "Discarded=malformed_invalid_payload_structure"),
        new("c29", WireRequest.Of(MainDump), 400, "Discarded=malformed_no_annotations"),
        new("c30", Good with { End = "" }, 400, "Discarded=malformed_invalid_payload_structure"),
        new("c31", Good with { End = "--bnd--" }, 200, Accepted, IsGood),
        new("c33", Good with { Encode = body => [.. body.Where(b => b != '\r')] },
            400, "Discarded=malformed_invalid_payload_structure"),
        new("c34a", Good.Plus(Part.Raw("Content-Disposition: form-data", "x"u8.ToArray())), 200, Accepted, DroppedNameless),
        new("c34b", Good.Plus(Part.Text("", "x")), 200, Accepted, DroppedNameless),
        new("c34c", Good.Plus(Part.Raw("Content-Type: text/plain", "x"u8.ToArray())), 200, Accepted, DroppedNameless),
        new("c35", Good.Plus(Part.Raw("Content-Disposition:form-data; name=\"Kept\"", "1"u8.ToArray())), 200, Accepted,
            crash => Assert.Equal("1", crash.Annotations["Kept"]), Differs: "the blank after the colon is optional (RFC 5322)"),
        new("c37", Good.Plus(Part.Raw("Content-Disposition: form-data; name=Kept", "1"u8.ToArray())), 200, Accepted,
            crash => Assert.Equal("1", crash.Annotations["Kept"])),
        new("c38a", Good.Plus(Part.Raw("Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: 8bit", [])),
            400, "Discarded=malformed_invalid_payload_structure"),
        new("c38b", Good.Plus(Part.Raw("Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: binary", [])),
            200, Accepted, crash => Assert.Equal("", crash.Annotations["a"])),
        new("c39", Good.Plus(Part.Raw("Content-Disposition: form-data; name=Lost", [0xff, 0xfe])), 200, Accepted, crash =>
        {
            IsGood(crash);
            Assert.Equal(["extract payload text part exception: invalid text or charset: utf-8"], crash.Metadata.Notes);
        }),
        new("c40", Good.Plus(Part.Text("Kept", "text/plain; charset=windows-1252", [0x80])), 200, Accepted,
            crash => Assert.Equal("€", crash.Annotations["Kept"])),
        new("c41", Good.Plus(Part.Text("Lost", "text/plain; charset=klingon", "x"u8.ToArray())), 200, Accepted, crash =>
        {
            IsGood(crash);
            Assert.Equal(["extract payload text part exception: invalid text or charset: klingon"], crash.Metadata.Notes);
        }),
        new("c42", Good.Plus(Part.Text("Kept", "text/plainx", "x"u8.ToArray())), 200, Accepted,
            crash => Assert.Equal("x", crash.Annotations["Kept"]), Differs: "any text/… part is text"),
        new("c43a", Good.Plus(Part.Text("Kept", "Text/Plain", "x"u8.ToArray())), 200, Accepted,
            crash => Assert.Equal("x", crash.Annotations["Kept"]), Differs: "media types have no case"),
        new("c43b", Good.Plus(Part.Text("Kept", "text/html", "x"u8.ToArray())), 200, Accepted,
            crash => Assert.Equal("x", crash.Annotations["Kept"]), Differs: "any text/… part is text"),
        new("c45", Good.Plus(Part.Dump("memory_report", "z", "application/gzip")), 200, Accepted, crash =>
        {
            Assert.Equal("memory_report", Assert.Single(crash.Dumps).Name);
            Assert.Equal(["unknown content type: memory_report application/gzip"], crash.Metadata.Notes);
        }),
        new("c46", Good.Plus(Part.Raw("Content-Disposition: form-data; name=\"Kept\"; filename=\"\"", "1"u8.ToArray())),
            200, Accepted, crash => Assert.Equal("1", crash.Annotations["Kept"])),
        new("c47", Good.Plus(Part.Text("Kept", "a\0b")), 200, Accepted, crash => Assert.Equal("a\0b", crash.Annotations["Kept"])),
        new("c49", Good.Plus(MainDump, Part.Dump("upload_file_minidump", "second")), 200, Accepted, crash =>
        {
            Assert.Equal(6, Assert.Single(crash.Dumps).Length);
            Assert.Equal(["kept the last of several dumps named upload_file_minidump"], crash.Metadata.Notes);
        }),
        new("c50a", Good.Plus(Part.Dump("raw_crash", "x")), 400, "Discarded=malformed_invalid_dump_name"),
        new("c50b", Good.Plus(Part.Dump("dump_names", "x")), 400, "Discarded=malformed_invalid_dump_name"),
        new("c50c", Good.Plus(Part.Dump("processed_crash", "x")), 400, "Discarded=malformed_invalid_dump_name"),
        new("c50d", Good.Plus(Part.Dump("raw-_crash", "x")), 400, "Discarded=malformed_invalid_dump_name"),
        new("c50e", Good.Plus(Part.Text("raw_crash", "x")), 200, Accepted, crash => Assert.Equal("x", crash.Annotations["raw_crash"])),
        new("c51", Good.Plus(Part.Dump("upload-file-minidump", "x")), 200, Accepted,
            crash => Assert.Equal("uploadfileminidump", Assert.Single(crash.Dumps).Name)),
        new("c53", Good.Plus(Part.Dump(new('x', 50), "x")), 200, Accepted,
            crash => Assert.Equal(new string('x', 30), Assert.Single(crash.Dumps).Name)),
        new("c54", Good.Plus(Part.Dump("-?-", "x")), 200, Accepted,
            crash => Assert.Equal("attachment", Assert.Single(crash.Dumps).Name), Differs: "a dump needs a name to be found by"),
        new("c55", WireRequest.Of(Part.Json("""{"ProductName":"Firefox","Version":"1.0"}"""), MainDump), 200, Accepted, crash =>
        {
            IsGood(crash);
            Assert.Equal("json", crash.Metadata.Payload);
            Assert.Empty(crash.Metadata.Notes);
        }),
        new("c57", WireRequest.Of(Part.Json("""{"ProductName":""")), 400, "Discarded=malformed_invalid_json"),
        new("c58a", WireRequest.Of(Part.Json("\"abc\"")), 400, "Discarded=malformed_invalid_json_value"),
        new("c58b", WireRequest.Of(Part.Json("[1]")), 400, "Discarded=malformed_invalid_json_value"),
        new("c58c", WireRequest.Of(Part.Json("null")), 400, "Discarded=malformed_invalid_json_value"),
        new("c59", WireRequest.Of(Part.Json("{}")), 400, "Discarded=malformed_no_annotations"),
        new("c61", WireRequest.Of(Part.Json("""{"a":1,"b":null,"c":{"d": [1.50]},"e":true,"f":NaN,"g":"\ud83d\ude00\ud83d"}""")),
            200, Accepted,
            crash => AssertAnnotations(
                crash, ("a", "1"), ("b", ""), ("c", """{"d": [1.50]}"""), ("e", "true"), ("f", "NaN"), ("g", "😀\ufffd")),
            Differs: "an annotation is text"),
        new("c62", WireRequest.Of(Part.Text("Kept", "1"), Part.Json("""{"ProductName":"Firefox"}""")), 200, Accepted, IsMixed,
            Differs: "nothing is lost when both forms come together"),
        new("c63", WireRequest.Of(Part.Json("""{"ProductName":"Firefox"}"""), Part.Text("Kept", "1")), 200, Accepted, IsMixed),
        new("c65",
            Good.Plus(
                Part.Text("Email", "a@b.c"),
                Part.Text("TelemetryClientId", "1"),
                Part.Text("TelemetryServerURL", "2"),
                Part.Text("TelemetrySessionId", "3")),
            200, Accepted, crash =>
            {
                IsGood(crash);
                Assert.Equal(
                    [
                        "Removed Email from raw crash.",
                        "Removed TelemetryClientId from raw crash.",
                        "Removed TelemetryServerURL from raw crash.",
                        "Removed TelemetrySessionId from raw crash.",
                    ],
                    crash.Metadata.Notes);
            }),
        new("c66", WireRequest.Of(Part.Json("""{"ProductName":"F","metadata":{},"submitted_timestamp":"x","version":"9"}""")),
            200, Accepted, crash => AssertAnnotations(crash, ("ProductName", "F"), ("version", "9"), ("Version", "9")),
            Differs: "Crashpad calls the product's version 'version'"),
        new("c67a", Good.Plus(Part.Raw("Content-Disposition: form-data; name=\"q\"\r\nContent-Type: text/pl\u00e9", [])),
            200, Accepted, IsGoodWithEmptyQ, Differs: "odd bytes in a header are no reason to lose a crash"),
        new("c67b", Good.Plus(Part.Raw("Content-Disposition: form-data; name=\"q\u00ff\"", [])),
            200, Accepted, crash => Assert.Equal("", crash.Annotations["q\ufffd"]),
            Differs: "odd bytes in a header are no reason to lose a crash"),
        new("c69", Good.Plus(Part.Raw("Content-Disposition: form-data; name=Lost", new byte[(20 << 20) + 1])), 200, Accepted, crash =>
        {
            IsGood(crash);
            Assert.Equal(["extract payload text part exception: body part is too large"], crash.Metadata.Notes);
        }),
        new("c70", Good.Plus(Part.Text("Kept", "a --bnd b")), 200, Accepted,
            crash => Assert.Equal("a --bnd b", crash.Annotations["Kept"])),
        new("c71", Good.Plus(Part.Text("uuid", FixedId)).PlusHeader(Authorization), 200, $"CrashID=bp-{FixedId}\n", IsGood),
        new("c72", Good.Plus(Part.Text("uuid", FixedId)), 401, "Discarded=unauthorized_uuid"),
        new("c73a", Good.Plus(Part.Text("uuid", "456")).PlusHeader(Authorization), 400, "Discarded=malformed_invalid_uuid"),
        new("c73b", Good.Plus(Part.Text("uuid", FixedId.ToUpperInvariant())).PlusHeader(Authorization),
            400, "Discarded=malformed_invalid_uuid"),
        new("c73c", Good.Plus(Part.Text("uuid", "de1bb258-cbbf-4589-a673-34f802160918")).PlusHeader(Authorization),
            400, "Discarded=malformed_invalid_uuid"),
        new("c73d", Good.Plus(Part.Text("uuid", "de1bb258-cbbf-4589-a673-34f801160918")).PlusHeader(Authorization),
            200, "CrashID=bp-de1bb258-cbbf-4589-a673-34f801160918\n", IsGood),
        new("c74", Good.Plus(Part.Text("uuid", "de1bb258-cbbf-4589-a673-34f800169999")).PlusHeader(Authorization),
            400, "Discarded=malformed_invalid_uuid", Differs: "the store keeps a crash under its day"),
        new("c75", Good.Plus(Part.Text("uuid", $"{FixedId}\n")).PlusHeader(Authorization),
            400, "Discarded=malformed_invalid_uuid", Differs: "a line feed is not part of an id"),
        new("c77", Good.Plus(Part.Text("uuid", "")).PlusHeader("Authorization: Bearer "), 401, "Discarded=unauthorized_uuid"),
        new("c78", WireRequest.Of(Part.Json("""{"a":"b","uuid":7}""")).PlusHeader(Authorization),
            400, "Discarded=malformed_invalid_uuid", Differs: "a number is text here"),
        new("c85a", Good with { Method = "GET", ContentLength = "", End = "", Parts = [] }, 405, """{"title": "405 Method Not Allowed"}"""),
        new("c85b", Good with { Method = "PUT" }, 405, """{"title": "405 Method Not Allowed"}"""),
        new("c85c", Good with { Target = "/submit/" }, 404, """{"title": "404 Not Found"}"""),
        new("c85d", Good with { Target = "/submit?x=y" }, 200, Accepted, IsGood),
        new("c86", Good with { Headers = [] }, 200, Accepted, crash => Assert.Equal("", crash.Metadata.UserAgent),
            Differs: "no header is not the text 'None'"),
    ];

    public static TheoryData<string> Ids => [.. Rows.Select(row => row.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Answers_and_stores_what_the_row_says(string id)
    {
        var row = Rows.Single(row => row.Id == id);

        var reply = await server.SendAsync(row.Request);

        Assert.Equal(row.Status, reply.Status);
        if (row.Body != Accepted)
            Assert.Equal(row.Body, reply.Body);
        if (row.Status == 200)
        {
            var crash = await server.GetStoredAsync(reply);
            row.Check?.Invoke(crash);
        }

        Assert.True(reply.Headers.ContainsKey("Content-Length"), "Crashpad can't read an answer without it");
    }

    [Fact]
    public async Task A_rule_may_discard_and_is_asked_after_the_right_to_an_id()
    {
        await using var mozilla = new CollectorServer { Throttle = "mozilla-2026" };
        await mozilla.InitializeAsync();
        var unknown = WireRequest.Of(Part.Text("ProductName", "Nope"), Part.Text("uuid", FixedId));

        // c79, c81, and the rule that makes old clients stop asking.
        Assert.Equal((200, "Discarded=rule_unsupported_product"), Told(await mozilla.SendAsync(unknown.PlusHeader(Authorization))));
        Assert.Equal((401, "Discarded=unauthorized_uuid"), Told(await mozilla.SendAsync(unknown)));
        Assert.Equal(
            (200, "Discarded=rule_has_hangid_and_browser"), Told(await mozilla.SendAsync(Good.Plus(Part.Text("HangID", "1")))));
        var pretended = await mozilla.SendAsync(WireRequest.Of(Part.Text("ProductName", "B2G")));
        Assert.Matches(@"\ACrashID=bp-[0-9a-f-]{29}3[0-9]{6}\n\z", pretended.Body);
        Assert.Equal("accept_everything", (await mozilla.GetStoredAsync(await mozilla.SendAsync(Good))).Metadata.ThrottleRule);
    }

    [Fact]
    public async Task A_deferred_crash_is_stored_under_an_id_that_says_so()
    {
        await using var mozilla = new CollectorServer { Throttle = "mozilla-2011" };
        await mozilla.InitializeAsync();

        var crash = await mozilla.GetStoredAsync(await mozilla.SendAsync(WireRequest.Of(Part.Text("ProductName", "Editor"))));

        Assert.Equal('1', crash.Id.ToString()[29]);
        Assert.Equal("everything_else", crash.Metadata.ThrottleRule);
    }

    [Fact]
    public async Task Quotas_ask_for_patience_and_a_changed_file_counts_at_once()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Of("throttle.json");
        File.WriteAllText(file, """
            { "rules": [{ "name": "all", "verdict": "accept" }], "quotas": { "per_day": { "Firefox": 1, "*": 2 } } }
            """);
        await using var strict = new CollectorServer { Throttle = file };
        await strict.InitializeAsync();

        Assert.Equal(200, (await strict.SendAsync(Good)).Status);
        var refused = await strict.SendAsync(Good);
        Assert.Equal((429, ""), Told(refused));
        Assert.InRange(int.Parse(refused.Headers["Retry-After"]), 1, 86_400);
        Assert.Equal(200, (await strict.SendAsync(WireRequest.Of(Part.Text("ProductName", "Other")))).Status);

        File.WriteAllText(file, """
            { "rules": [{ "name": "none", "verdict": "reject" }], "quotas": { "per_address_and_minute": 1 } }
            """);
        await Task.Delay(1050, TestContext.Current.CancellationToken);

        // A minute may end between two of them, but not between all.
        var answers = new[] { await strict.SendAsync(Good), await strict.SendAsync(Good), await strict.SendAsync(Good) };
        Assert.Equal((200, "Discarded=rule_none"), Told(answers[0]));
        Assert.Contains((429, ""), answers.Select(Told));
    }

    [Fact]
    public async Task A_product_with_tokens_takes_no_submission_without_one()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Of("throttle.json"), """
            {
              "rules": [{ "name": "all", "verdict": "accept" }],
              "upload_tokens": { "Firefox": ["0123456789abcdef", "fedcba9876543210"] }
            }
            """);
        await using var guarded = new CollectorServer { Throttle = folder.Of("throttle.json") };
        await guarded.InitializeAsync();

        Assert.Equal((401, "Discarded=unauthorized_product"), Told(await guarded.SendAsync(Good)));
        Assert.Equal(401, (await guarded.SendAsync(Good with { Target = "/submit?token=0123456789abcdee" })).Status);
        Assert.Equal(401, (await guarded.SendAsync(Good.PlusHeader("Authorization: Basic 0123456789abcdef"))).Status);
        Assert.Equal(200, (await guarded.SendAsync(Good.PlusHeader("Authorization: Bearer 0123456789abcdef"))).Status);
        Assert.Equal(200, (await guarded.SendAsync(Good with { Target = "/submit?token=fedcba9876543210" })).Status);
        Assert.Equal(200, (await guarded.SendAsync(Good with { Target = "/api/1/minidump/?sentry_key=fedcba9876543210" })).Status);
        Assert.Equal(200, (await guarded.SendAsync(WireRequest.Of(Part.Text("ProductName", "Other")))).Status);
    }

    static (int Status, string Body) Told(WireReply reply) => (reply.Status, reply.Body);

    static void IsGood(RawCrash crash) => AssertAnnotations(crash, ("ProductName", "Firefox"), ("Version", "1.0"));

    static void IsGoodWithEmptyQ(RawCrash crash) =>
        AssertAnnotations(crash, ("ProductName", "Firefox"), ("Version", "1.0"), ("q", ""));

    static void IsMixed(RawCrash crash)
    {
        AssertAnnotations(crash, ("Kept", "1"), ("ProductName", "Firefox"));
        Assert.Equal("json", crash.Metadata.Payload);
        Assert.Equal(["includes annotations in both json-encoded extra and formdata parts"], crash.Metadata.Notes);
    }

    static void DroppedNameless(RawCrash crash)
    {
        IsGood(crash);
        Assert.Equal(["dropped a part without a name"], crash.Metadata.Notes);
    }

    static void AssertAnnotations(RawCrash crash, params (string Name, string Value)[] expected) => Assert.Equal(
        expected.OrderBy(pair => pair.Name, StringComparer.Ordinal),
        crash.Annotations.Select(pair => (pair.Key, pair.Value)).OrderBy(pair => pair.Key, StringComparer.Ordinal));

    static WireRequest Gzipped(WireRequest request, string coding = "gzip") =>
        request.PlusHeader($"Content-Encoding: {coding}") with { Encode = Gzip };

    static byte[] Gzip(byte[] body)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
            gzip.Write(body);
        return compressed.ToArray();
    }
}
