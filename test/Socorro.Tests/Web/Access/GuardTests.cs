using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Socorro.Access;
using Socorro.Web;
using Socorro.Web.Access;

namespace Socorro.Tests.Web.Access;

/// <summary>Routes that require something, beside those of the site.</summary>
public sealed class GuardTests(Site site) : IClassFixture<Site>
{
    const string Refusal = """{"error":"Use of this endpoint requires the 'Reprocess Crashes' permission"}""";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Turns_away_who_lacks_the_permission_and_says_which_one()
    {
        await using var app = await StartAsync();
        var others = await site.AddTokenAsync(Permission.All & ~Permission.Reprocess);

        Assert.Equal((HttpStatusCode.Forbidden, Refusal), await AskAsync(app));
        Assert.Equal((HttpStatusCode.Forbidden, Refusal), await AskAsync(app, ("Auth-Token", others)));
    }

    [Theory]
    [InlineData("Auth-Token", "")]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("Authorization", "bearer ")]
    public async Task Lets_a_token_with_the_permission_through(string header, string before)
    {
        await using var app = await StartAsync();
        var token = await site.AddTokenAsync(Permission.Reprocess);

        Assert.Equal((HttpStatusCode.OK, "done"), await AskAsync(app, (header, before + token)));
    }

    [Fact]
    public async Task Refuses_unknown_and_expired_tokens_even_where_everyone_may_read()
    {
        var expired = await site.AddTokenAsync(Permission.All, TimeSpan.Zero);

        Assert.Equal("""{"error":"API Token not matched"}""", await ReadAsync("nonsense"));
        Assert.Equal("""{"error":"API Token found but expired"}""", await ReadAsync(expired));

        async Task<string> ReadAsync(string token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/CrashVerify/");
            request.Headers.Add("Auth-Token", token);
            using var answer = await site.Stranger.SendAsync(request, Cancel);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            return await answer.Content.ReadAsStringAsync(Cancel);
        }
    }

    [Fact]
    public async Task Tells_people_on_a_page()
    {
        await using var app = await StartAsync();

        var (status, html) = await AskAsync(app, ("Accept", "text/html"));

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("This takes the permission &#x27;Reprocess Crashes&#x27;. Sign in", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Notes_when_a_token_was_used_but_not_each_time()
    {
        var token = await site.AddTokenAsync(Permission.None);
        await using var app = await StartAsync();
        var start = site.Time.GetUtcNow();
        await AskAsync(app, ("Auth-Token", token));
        Assert.Equal(start, await FindUseAsync());

        site.Time.Advance(TimeSpan.FromMinutes(59));
        await AskAsync(app, ("Auth-Token", token));
        Assert.Equal(start, await FindUseAsync());

        site.Time.Advance(TimeSpan.FromMinutes(1));
        await AskAsync(app, ("Auth-Token", token));
        Assert.Equal(start.AddHours(1), await FindUseAsync());

        async Task<DateTimeOffset?> FindUseAsync() =>
            (await site.Catalog.Tokens.FindAsync(TokenSecret.Hash(token), Cancel))!.LastUsedAt;
    }

    /// <summary>A server with the site's tokens and one route that requires a permission.</summary>
    async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(site.Time);
        builder.Services.AddSingleton(site.Catalog);
        builder.Services.AddRazorComponents();
        builder.Services.AddSocorroAccess();
        var app = builder.Build();
        app.UseFailures();
        app.UseGuard();
        app.MapGroup("").WithMetadata(Guarded.Mark).MapPost("/api/Act/", () => "done").Requires(Permission.Reprocess);
        await app.StartAsync(Cancel);
        return app;
    }

    static async Task<(HttpStatusCode Status, string Body)> AskAsync(
        WebApplication app, params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient { BaseAddress = new(app.Urls.Single()) };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/Act/");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);

        using var answer = await client.SendAsync(request, Cancel);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }
}
