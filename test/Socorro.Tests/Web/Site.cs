using System.Collections.Frozen;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Socorro.Access;
using Socorro.Crashes;
using Socorro.Engines.Embedded;
using Socorro.Regrouping;
using Socorro.Reprocessing;
using Socorro.Signatures;
using Socorro.Storage;
using Socorro.Tests.Processing;
using Socorro.Tests.Storage;
using Socorro.Web;

namespace Socorro.Tests.Web;

/// <summary>The web part alone on a real socket, over the embedded engines in a temporary folder and a clock to move.</summary>
public sealed class Site : IAsyncLifetime
{
    public const string MainDump = "upload_file_minidump";

    readonly TemporaryFolder _folder = new();
    WebApplication? _app;
    EmbeddedEngines? _engines;

    public FakeTimeProvider Time { get; } = new(Noon);

    public static DateTimeOffset Noon { get; } = new(2026, 8, 21, 12, 0, 0, TimeSpan.Zero);

    /// <summary>May see and do everything. Follows no redirects and keeps no cookies.</summary>
    public HttpClient Client { get; } = CreateClient();

    /// <summary>Nobody in particular.</summary>
    public HttpClient Stranger { get; } = CreateClient();

    public string DataFolder => _folder.Of("data");

    public CrashStore Store => Engines.Store;

    public CrashQueue Queue => Engines.Queue;

    public Catalog Catalog => Engines.Catalog;

    public string Url { get; private set; } = "";

    /// <summary>The token by which <see cref="Client"/> may do everything.</summary>
    public string Secret { get; private set; } = "";

    EmbeddedEngines Engines => _engines ?? throw new InvalidOperationException("not started");

    /// <summary>Follow nothing by themselves: <see cref="SignatureGenerators.Refresh"/> looks at the folder.</summary>
    public SignatureGenerators Signatures => field ??= new(
        new(Path.Combine(DataFolder, "signature-lists")), Time, NullLogger<SignatureGenerators>.Instance);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _engines = await EmbeddedEngines.OpenAsync(DataFolder, Time, NullLoggerFactory.Instance, Cancel);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(new Options { Data = DataFolder, Symbols = [_folder.Of("no symbols here")] });
        builder.Services.AddSingleton(new FreeSpace(DataFolder, floor: 0));
        builder.Services.AddSingleton(Signatures);
        builder.Services.AddSingleton<ReprocessingDesk>();
        builder.Services.AddSingleton<StoredStacks>();
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddSingleton(Store);
        builder.Services.AddSingleton(Queue);
        builder.Services.AddSingleton(Catalog);
        builder.Services.AddSingleton(Pipelines.Choice);
        builder.Services.AddSingleton<Handover>(new QueueHandover(Store, Queue));
        builder.Services.AddSingleton<CrashMover>();
        builder.Services.AddSingleton<Reconciler>();
        builder.Services.AddSocorroWeb();
        _app = builder.Build();
        _app.MapWeb();
        await _app.StartAsync(Cancel);
        Url = _app.Urls.Single();
        Client.BaseAddress = new Uri(Url);
        Client.DefaultRequestHeaders.Add("Auth-Token", Secret = await AddTokenAsync(Permission.All, name: "owner"));
        Stranger.BaseAddress = Client.BaseAddress;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Stranger.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
        if (_engines is not null)
            await _engines.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Asks as the browser of somebody who may see everything does.</summary>
    public Task<(HttpStatusCode Status, string Html)> BrowseAsync(string path) => BrowseAsync(Client, path);

    public static async Task<(HttpStatusCode Status, string Html)> BrowseAsync(HttpClient client, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/html,application/xhtml+xml,*/*;q=0.8");
        using var answer = await client.SendAsync(request, Cancel);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }

    static HttpClient CreateClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    public Task<HttpResponseMessage> GetAsync(string path) => Client.GetAsync(path, Cancel);

    /// <summary>The secret of a new token, which goes into the header <c>Auth-Token</c>.</summary>
    public async Task<string> AddTokenAsync(Permission permissions, TimeSpan? life = null, string? name = null) =>
        await Catalog.Tokens.IssueAsync(name ?? $"token {Guid.NewGuid():N}", permissions, Time.GetUtcNow(), life, Cancel)
            ?? throw new ArgumentException($"there is a token {name}", nameof(name));

    /// <summary>Stores a raw crash with one dump.</summary>
    public async Task<CrashId> AddRawAsync(params (string Name, string Value)[] annotations)
    {
        using var compressor = new DumpCompressor();
        compressor.Append("MDMP and so on"u8);
        var content = compressor.Finish();
        var raw = new RawCrash
        {
            Id = CrashId.Create(Time.GetUtcNow()),
            SubmittedAt = Time.GetUtcNow(),
            Annotations = annotations.ToFrozenDictionary(one => one.Name, one => one.Value),
            Dumps = [compressor.Describe(MainDump, "a crash.dmp")],
            Metadata = new()
            {
                Payload = "multipart",
                IsCompressed = true,
                PayloadSize = 321,
                Notes = ["Removed Email from raw crash."],
                UserAgent = "Breakpad/1",
            },
        };
        await Store.PutRawAsync(raw, [content], Cancel);
        return raw.Id;
    }

    /// <summary>Stores a crash and what processing made of it.</summary>
    public async Task<CrashId> AddProcessedAsync(string json, params (string Name, string Value)[] annotations)
    {
        var id = await AddRawAsync(annotations);
        await Store.PutProcessedAsync(new(id, Encoding.UTF8.GetBytes(json)), Cancel);
        return id;
    }

    /// <summary>Records a crash for the lists, submitted some time ago.</summary>
    public async Task<CrashSummary> RecordAsync(string signature, TimeSpan age)
    {
        var at = Time.GetUtcNow() - age;
        var summary = new CrashSummary
        {
            Id = CrashId.Create(at),
            SubmittedAt = at,
            Signature = signature,
            Product = "Editor",
            Version = "2.1",
            Os = "Windows 11",
            Reason = "EXCEPTION_STACK_OVERFLOW",
            Address = "0x1234",
        };
        await Catalog.RecordAsync([summary], Cancel);
        return summary;
    }
}
