using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Socorro.Access;
using Socorro.Storage;
using Socorro.Tests.Storage;

namespace Socorro.Tests.EndToEnd;

/// <summary>The whole server as <c>socorro run</c> starts it, in a temporary folder and on a free port.</summary>
public sealed class RunningApp : IAsyncLifetime
{
    readonly TemporaryFolder _folder = new();
    WebApplication? _app;

    public HttpClient Client { get; } = new();

    public string Url { get; private set; } = "";

    public string DataFolder => _folder.Of("data");

    public IServiceProvider Services => _app!.Services; // Set before each test.

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var options = new Options
        {
            Data = DataFolder,
            Url = "http://127.0.0.1:0",
            Symbols = [.. new[] { Path.Combine(Checkout.Root, "..", "shared", "dumps", "breakpad", "symbols") }.Where(Directory.Exists)],
        };
        _app = await App.BuildAsync(options, Cancel);
        await _app.StartAsync(Cancel);
        Url = _app.Urls.Single();
        Client.BaseAddress = new Uri(Url);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync(CancellationToken.None);
            await _app.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>The secret of a new token.</summary>
    public async Task<string> AddTokenAsync(Permission permissions) =>
        (await Services.GetRequiredService<Catalog>().Tokens.IssueAsync(
            $"{permissions} {Guid.NewGuid():N}", permissions, DateTimeOffset.UtcNow, life: null, Cancel))!; // The name is new.

    /// <summary>Posts a crash as a client does; the crash id of the answer.</summary>
    public async Task<string> SubmitAsync(byte[]? dump, params (string Name, string Value)[] annotations)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in annotations)
            form.Add(new StringContent(value), name);
        if (dump is not null)
            form.Add(new ByteArrayContent(dump), "upload_file_minidump", "crash.dmp");

        using var answer = await Client.PostAsync("/submit", form, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.StartsWith("CrashID=bp-", text, StringComparison.Ordinal);
        return text["CrashID=bp-".Length..].Trim();
    }
}
