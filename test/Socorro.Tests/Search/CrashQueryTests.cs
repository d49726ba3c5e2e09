using System.Text;
using Socorro.Crashes;
using Socorro.Fields;
using Socorro.Search;
using Socorro.Tests.Processing;

namespace Socorro.Tests.Search;

public sealed class CrashQueryTests
{
    static readonly DateTimeOffset Now = new(2026, 8, 21, 12, 0, 0, TimeSpan.Zero);

    const string Document =
        """
        {"addons": ["a@b:1.0", "c:2"], "address": "0x10", "build": "20260801120000", "date_processed": "2026-08-20T10:00:00.123456+00:00",
         "json_dump": {"threads": [{"frames": [{"function": "signature"}]}]}, "missing_symbols": "XUL.dll/ABC;libc.so/DEF", "os_name": "Mac OS X",
         "process_type": "gpu", "product": "Firefox", "signature": "OOM | small | js::Run", "startup_crash": true,
         "uptime": 15, "uptime_ts": 1.5, "useragent_locale": null, "version": "131.0b2"}
        """;

    [Theory]
    [InlineData("")]
    [InlineData("signature=OOM | small")]
    [InlineData("signature=small+oom")]
    [InlineData("signature==OOM%20%7C%20small%20%7C%20js::Run")]
    [InlineData("signature=~js::")]
    [InlineData("signature=~OOM*Run")]
    [InlineData("signature=~sm?ll")]
    [InlineData("signature=^OOM | small")]
    [InlineData("signature=$::Run")]
    [InlineData("signature=@OOM.*(Run|Walk)")]
    [InlineData("signature=!~JS::")]
    [InlineData("signature=!__null__")]
    [InlineData("signature=~nothing&signature=~js::")]
    [InlineData("signature=!~nothing&signature=!~neither")]
    [InlineData("product=Firefox&product=Fenix")]
    [InlineData("product=firefox")]
    [InlineData("platform=Mac OS X")]
    [InlineData("platform=!Linux")]
    [InlineData("version=131.0b")]
    [InlineData("version=130.0&version=131.0b")]
    [InlineData("version=!131.0")]
    [InlineData("process_type=gpu&process_type=!content")]
    [InlineData("uptime=15")]
    [InlineData("uptime=>14")]
    [InlineData("uptime=>=15&uptime=<=15")]
    [InlineData("uptime=>10&uptime=<20&uptime=!14")]
    [InlineData("uptime=!>60")]
    [InlineData("uptime=5&uptime=15")]
    [InlineData("uptime_ts=>1.4&uptime_ts=<2")]
    [InlineData("build_id=>=20260801000000&build_id=<20260802000000")]
    [InlineData("startup_crash=__true__")]
    [InlineData("startup_crash=1")]
    [InlineData("startup_crash=!false")]
    [InlineData("is_garbage_collecting=!__true__")]
    [InlineData("is_garbage_collecting=__null__")]
    [InlineData("useragent_locale=__null__")]
    [InlineData("missing_symbols=xul.DLL/abc")]
    [InlineData("missing_symbols=~XUL")]
    [InlineData("missing_symbols=^libc")]
    [InlineData("addons=c:2")]
    [InlineData("date=>=2026-08-20")]
    [InlineData("date=>2026-08-20T12:00:00%2B02:00&date=<2026-08-20 10:00:01")]
    [InlineData("date=>=2026-08-01&date=>2026-08-20T10:00:00.123455Z&date=<2026-08-21")]
    [InlineData("date=<=2026-08-20T10:00:00.123456Z")]
    [InlineData("date=__null__")]
    [InlineData("?product=Firefox&_facets=signature&_results_number=0")]
    [InlineData("https://crashes.example.org/search/?product=Firefox&_columns=date#crash-reports")]
    public void Finds_a_crash(string query)
    {
        Assert.True(Parse(query).Matches(Processed(Document)));
        Assert.True(Parse(Parse(query).ToString()).Matches(Processed(Document)), "as it is written for later");
    }

    [Theory]
    [InlineData("signature=OOM | large")]
    [InlineData("signature==OOM | small")]
    [InlineData("signature=~JS::")]
    [InlineData(@"signature=~OOM\*Run")]
    [InlineData("signature=^js")]
    [InlineData("signature=@OOM")]
    [InlineData("signature=!@OOM.*")]
    [InlineData("signature=__null__")]
    [InlineData("signature=!~nothing&signature=!~js::")]
    [InlineData("signature=~js::&signature=!$Run")]
    [InlineData("product=Fire")]
    [InlineData("product=Firefox&platform=Linux")]
    [InlineData("version=131.0")]
    [InlineData("version=!131.0b")]
    [InlineData("process_type=content")]
    [InlineData("uptime=>10&uptime=<20&uptime=!15")]
    [InlineData("uptime=>15")]
    [InlineData("uptime=<15")]
    [InlineData("cpu_count=<15")]
    [InlineData("startup_crash=no")]
    [InlineData("startup_crash=!__true__")]
    [InlineData("is_garbage_collecting=false")]
    [InlineData("missing_symbols=abc")]
    [InlineData("addons=a@b")]
    [InlineData("date=>=2026-08-21")]
    [InlineData("date=<2026-08-20T10:00:00.123456Z")]
    [InlineData("date=<2026-08-13")]
    public void Passes_a_crash_over(string query)
    {
        Assert.False(Parse(query).Matches(Processed(Document)));
        Assert.False(Parse(Parse(query).ToString()).Matches(Processed(Document)), "as it is written for later");
    }

    [Theory]
    [InlineData("signatur=x", "signatur is no search parameter; there is signature, proto_signature")]
    [InlineData("qqqq=x", "qqqq is no search parameter; docs/fields.md lists them")]
    [InlineData("signature", "signature: has no value; __null__ stands for a missing one")]
    [InlineData("signature=~", "signature: has no value")]
    [InlineData("signature=@(", "signature: '(' is not a regular expression")]
    [InlineData(@"signature=@(a)\1", "signature: '(a)\\1' is not a regular expression without lookarounds")]
    [InlineData("signature=@(.{1,1000}){1,1000}x", "is too complex")]
    [InlineData("signature=a%00b", "signature: null characters are not allowed")]
    [InlineData("uptime=abc", "uptime: 'abc' is not a whole number, with >=, <=, > or < before it or none")]
    [InlineData("uptime=1.5", "uptime: '1.5' is not a whole number")]
    [InlineData("uptime=>", "uptime: '>' is not")]
    [InlineData("uptime==5", "uptime: '=5' is not")]
    [InlineData("uptime=__null__&uptime=>5", "uptime: __null__ can't be combined with other values")]
    [InlineData("uptime_ts=x", "uptime_ts: 'x' is not a number")]
    [InlineData("startup_crash=maybe", "startup_crash: 'maybe' is none of __true__, true, false and __null__")]
    [InlineData("date=2026-08-01", "date: '2026-08-01' must begin with >=, >, <= or <")]
    [InlineData("date=>yesterday", "date: 'yesterday' is not a date such as 2026-11-24")]
    [InlineData("date=>=2025-01-01", "date: the range is longer than 365 days")]
    [InlineData("date=>2026-08-02&date=<2026-08-01", "date: the range ends before it begins")]
    public void Says_what_is_wrong_and_what_is_allowed(string query, string error) =>
        Assert.Contains(error, Assert.Single(Refused(query)), StringComparison.Ordinal);

    [Fact]
    public void Names_every_mistake() => Assert.Equal(3, Refused("uptime=x&signatur=y&date=z&product=Firefox").Count);

    [Fact]
    public void Bounds_what_it_reads()
    {
        Assert.Contains("longer than", Refused($"signature={new string('x', 20_000)}")[0], StringComparison.Ordinal);
        Assert.Contains("more than 200", Refused(string.Join('&', Enumerable.Repeat("uptime=1", 201)))[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "2026-08-14T12:00:00", "2026-08-21T12:00:00.0000001")]
    [InlineData("date=>=2026-08-01", "2026-08-01", "2026-08-21T12:00:00.0000001")]
    [InlineData("date=<2026-08-01", "2026-07-25", "2026-08-01")]
    [InlineData("date=>=2026-08-01&date=>2026-08-05&date=<2026-08-09", "2026-08-05T00:00:00.0000001", "2026-08-09")]
    [InlineData("date=>=2025-08-21T12:00:00&date=<=2026-08-21T12:00:00", "2025-08-21T12:00:00", "2026-08-21T12:00:00.0000001")]
    public void Knows_from_when_to_when(string query, string from, string to) =>
        Assert.Equal(
            new(DateTimeOffset.Parse($"{from}Z", null), DateTimeOffset.Parse($"{to}Z", null)),
            Parse(query).Dates);

    [Fact]
    public void Means_the_same_crashes_when_it_is_read_later()
    {
        var text = Parse("product=Demo&signature=~a*b&signature=!^c&uptime=>=5").ToString();

        Assert.True(CrashQuery.TryParse(text, FieldSet.Default, Now.AddDays(100), out var later, out _));
        Assert.Equal(Parse("").Dates, later.Dates);
        Assert.Equal(text, later.ToString());
    }

    [Fact]
    public void Goes_by_what_was_sent_when_a_crash_was_not_processed()
    {
        var raw = Pipelines.Raw(
            new Dictionary<string, string> { ["ProductName"] = "Demo", ["BuildID"] = "20260801000000", ["StartupCrash"] = "1" },
            Now.AddDays(-1));

        Assert.True(Parse("product=Demo&build_id=>5&startup_crash=true&signature=__null__").Matches(raw));
        Assert.True(Parse($"uuid={raw.Id}").Matches(raw));
        Assert.False(Parse("product=Other").Matches(raw));
        Assert.False(Parse("date=<2026-08-01").Matches(raw));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"date_processed": 5, "signature": {"a": "b"}}""")]
    public void Stands_any_document(string json) => Assert.False(Parse("signature=a").Matches(Processed(json)));

    [Theory]
    [InlineData("""{"date_processed": "2026-08-20T10:00:00Z", "signature": "\ud800", "uptime": 1e300, "addons": [null, 5, {}]}""")]
    [InlineData("""{"date_processed": "2026-08-20T10:00:00Z", "signature": 5, "uptime": "x", "addons": {"a": []}}""")]
    public void Stands_values_of_any_type(string json)
    {
        Assert.False(Parse("signature=a&uptime=>5").Matches(Processed(json)));
        Assert.True(Parse("signature=!a&uptime=!>5&addons=!x").Matches(Processed(json)));
    }

    static CrashQuery Parse(string query) =>
        CrashQuery.TryParse(query, FieldSet.Default, Now, out var parsed, out var errors)
            ? parsed
            : throw new FormatException(string.Join("; ", errors));

    static IReadOnlyList<string> Refused(string query)
    {
        Assert.False(CrashQuery.TryParse(query, FieldSet.Default, Now, out _, out var errors));
        return errors;
    }

    static ProcessedCrash Processed(string json) => new(CrashId.Create(Now), Encoding.UTF8.GetBytes(json));
}
