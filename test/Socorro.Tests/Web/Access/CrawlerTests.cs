using System.Collections.Frozen;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Socorro.Access;
using Socorro.Crashes;
using Socorro.Fields;
using Socorro.Storage;
using Socorro.Tests.EndToEnd;
using Socorro.Web.Access;

namespace Socorro.Tests.Web.Access;

/// <summary>
/// A whole server with a secret in every protected place of its crashes. Each kind of reader tries every route and every
/// link: no secret may be found anywhere without the permission that shows it, and each with it.
/// </summary>
public sealed class CrawlerTests(RunningApp app) : IClassFixture<RunningApp>
{
    readonly List<Secret> _secrets = [];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    IReadOnlyList<RouteEndpoint> Routes =>
        [.. app.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()];

    FieldSet Fields => app.Services.GetRequiredService<FieldSet>();

    [Fact]
    public async Task Nobody_finds_what_he_may_not_see_and_everybody_what_he_may()
    {
        var crash = await SubmitAsync(SecretAnnotations());
        var malformed = await SubmitAsync([.. SecretAnnotations().Select(Malform)]);
        var document = await FindProcessedAsync(crash);
        _secrets.AddRange(RegistersOf(document));
        await AddOrderAsync();
        var shared = _secrets.ToList();
        var faults = new List<string>();

        Permission[] readers = [Permission.None, .. PermissionName.All.Select(one => one.Permission), Permission.All];
        foreach (var permissions in readers)
        {
            _secrets.Clear();
            _secrets.AddRange(shared);
            // Looking at it ends this one's state, so each reader gets his own.
            var failed = await AddFailedAsync();
            var answers = await CrawlAsync(permissions, [crash, malformed, failed]);

            faults.AddRange(FaultsOf(answers, permissions));
        }

        Assert.Empty(faults);
    }

    IEnumerable<string> FaultsOf(IReadOnlyCollection<Answer> answers, Permission permissions) =>
    [
        .. from answer in answers
           where answer.Status >= HttpStatusCode.InternalServerError
           select $"{answer.Request} fails with {answer.Status}",
        .. from secret in _secrets
           where !secret.IsShownTo(permissions)
           from answer in answers
           where answer.Text.Contains(secret.Text, StringComparison.OrdinalIgnoreCase)
           select $"{answer.Request} shows the {secret.Place} ({secret.Text}) to a reader with {permissions}",
        .. from secret in _secrets
           where secret.IsShownTo(permissions)
               && !answers.Any(answer => answer.Text.Contains(secret.Text, StringComparison.Ordinal))
           select $"nothing shows the {secret.Place} to a reader with {permissions}",
    ];

    [Fact]
    public void Every_route_is_guarded_but_those_of_the_collector() =>
        Assert.Equal(
            ["/api/{project}/minidump", "/submit"],
            Routes.Where(route => route.Metadata.GetMetadata<Guarded>() is null)
                .Select(route => route.RoutePattern.RawText?.TrimEnd('/')).Distinct().Order(StringComparer.Ordinal));

    async Task<IReadOnlyCollection<Answer>> CrawlAsync(Permission permissions, CrashId[] crashes)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new(app.Url),
        };
        if (permissions != Permission.None)
            client.DefaultRequestHeaders.Add("Auth-Token", await app.AddTokenAsync(permissions));

        var crawl = new Crawl(client, ValuesFor(crashes));
        // Looking at a report changes the state of its crash, so those come last.
        var routes = Routes.Where(route => route.Metadata.GetMetadata<Guarded>() is not null)
            .OrderBy(route => route.RoutePattern.RawText!.StartsWith("/report/", StringComparison.Ordinal));
        await crawl.RunAsync(routes, Cancel);
        Assert.InRange(crawl.Answers.Count, 60, 3_000);
        return crawl.Answers;
    }

    /// <summary>What to try for each parameter: in braces those of paths, after a question mark those that handlers read themselves.</summary>
    static Dictionary<string, string?[]> ValuesFor(CrashId[] crashes)
    {
        string?[] ids = [null, .. crashes.Select(id => id.ToString())];
        return new()
        {
            ["{id}"] = ids,
            ["{name}"] = ["site.css", "RawCrash", "Nope"],
            ["documentName"] = [null],
            ["crash_id"] = ids,
            ["format"] = [null, "raw", "nonsense"],
            ["order"] = [null, "1", "nonsense"],
            ["name"] = [null, "upload_file_minidump_browser", "memory_report"],
            ["pretty"] = [null, "print"],
            ["query"] = [null, crashes[0].ToString(), "a text"],
            ["v"] = [null],
            ["? /signature/"] = ["signature"],
            ["signature"] = [null, "EMPTY: no frame data available", "CrashFunction"],
        };
    }

    /// <summary>A secret in every protected annotation, and in one that nobody declared.</summary>
    List<(Secret Secret, string Name, string Value)> SecretAnnotations()
    {
        var undeclared = Secret.Create("undeclared");
        return
        [
            .. Secret.InProtectedAnnotations(Fields).DistinctBy(one => one.Name),
            (undeclared, "SomethingOfOurOwn", undeclared.Text),
        ];
    }

    /// <summary>Values of the wrong form are what notes might quote. A single word would pass for the class of an error.</summary>
    static (Secret Secret, string Name, string Value) Malform((Secret Secret, string Name, string Value) one) =>
        // Of this one, everything is public but for a few beginnings.
        one.Name == "MozCrashReason" ? one : (one.Secret, one.Name, $"{one.Secret.Text} is {one.Secret.Text}");

    async Task<CrashId> SubmitAsync(List<(Secret Secret, string Name, string Value)> annotations)
    {
        var agent = Secret.Create("user agent");
        var fileName = Secret.Create("file name", Permission.ViewProtected | Permission.ViewRawDumps);
        var memory = Secret.Create("memory of the main dump", Permission.ViewRawDumps);
        var otherMemory = Secret.Create("memory of another dump", Permission.ViewRawDumps);
        var report = Secret.Create("memory report");
        _secrets.AddRange([.. annotations.Select(one => one.Secret), agent, fileName, memory, otherMemory, report]);
        var dump = await File.ReadAllBytesAsync(Path.Combine(Checkout.Root, "test", "Data", "minidump2.dmp"), Cancel);

        using var form = new MultipartFormDataContent
        {
            { new StringContent("Firefox"), "ProductName" },
            { new StringContent("1.0"), "Version" },
            { new ByteArrayContent([.. dump, .. Encoding.ASCII.GetBytes(memory.Text)]), "upload_file_minidump", $"{fileName.Text}.dmp" },
            { new ByteArrayContent([.. dump, .. Encoding.ASCII.GetBytes(otherMemory.Text)]), "upload_file_minidump_browser", "b.dmp" },
            { new ByteArrayContent(Zip($$"""{"version":1,"{{report.Text}}":"{{report.Text}}"}""")), "memory_report", "m.json.gz" },
        };
        foreach (var (_, name, value) in annotations)
            form.Add(new StringContent(value), name);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/submit") { Content = form };
        request.Headers.UserAgent.ParseAdd(agent.Text);
        using var answer = await app.Client.SendAsync(request, Cancel);
        var id = CrashId.Parse((await answer.Content.ReadAsStringAsync(Cancel)).Trim()["CrashID=bp-".Length..]);
        await FindProcessedAsync(id);
        return id;
    }

    /// <summary>The processed crash as the store has it, when it is there.</summary>
    async Task<string> FindProcessedAsync(CrashId id)
    {
        var store = app.Services.GetRequiredService<CrashStore>();
        while (true)
        {
            if (await store.FindProcessedAsync(id, Cancel) is { } crash)
                return Encoding.UTF8.GetString(crash.Json.Span);

            await Task.Delay(50, Cancel);
        }
    }

    /// <summary>The registers of the crashing thread that no public address happens to equal.</summary>
    static IEnumerable<Secret> RegistersOf(string document)
    {
        var frame = JsonElement.Parse(document).GetProperty("json_dump").GetProperty("crashing_thread").GetProperty("frames")[0];
        var registers = frame.GetProperty("registers").EnumerateObject()
            .Select(register => register.Value.GetString()!)
            .Where(value => value.TrimStart('0', 'x').Length > 4 && document.Split(value).Length - 1 <= 2)
            .ToList();
        Assert.NotEmpty(registers);
        return registers.Select(value => new Secret("register", value, Permission.ViewProtected));
    }

    /// <summary>A crash that could not be processed, with an error that quotes what it should not.</summary>
    async Task<CrashId> AddFailedAsync()
    {
        var error = Secret.Create("error of a failed crash");
        var comment = Secret.Create("comment of a failed crash");
        _secrets.AddRange([error, comment]);
        var now = DateTimeOffset.UtcNow;
        var raw = new RawCrash
        {
            // A deferred crash is not queued by itself.
            Id = CrashId.Create(now, isDeferred: true),
            SubmittedAt = now,
            Annotations = new Dictionary<string, string> { ["ProductName"] = "Failed", ["Comments"] = comment.Text }.ToFrozenDictionary(),
            Metadata = new() { Payload = "json", IsCompressed = false, PayloadSize = 1 },
        };
        await app.Services.GetRequiredService<CrashStore>().PutRawAsync(raw, [], Cancel);
        using var queue = new SqliteConnection($"Data Source={Path.Combine(app.DataFolder, "queue.db")};Pooling=False");
        await queue.ExecuteAsync(
            "insert into waiting (id, lane, ready_at, entered_at, attempts, error) values (@id, 3, 0, 0, 5, @error)",
            new { id = raw.Id.ToString(), error = error.Text });
        return raw.Id;
    }

    /// <summary>A wish of somebody who knew what he looked for: the counts would tell whether it is there.</summary>
    async Task AddOrderAsync()
    {
        var query = Secret.Create("query of an order", Permission.ViewProtected | Permission.Reprocess) with { NeedsAll = true };
        _secrets.Add(query);
        await app.Services.GetRequiredService<Catalog>().Reprocessing.AddAsync(
            new() { Query = $"url=~{query.Text}", OrderedBy = "the crawler", OrderedAt = DateTimeOffset.UtcNow }, Cancel);
    }

    static byte[] Zip(string text)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return zipped.ToArray();
    }
}
