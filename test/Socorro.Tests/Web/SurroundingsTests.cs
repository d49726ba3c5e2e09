using System.Net;
using System.Text.Json;

namespace Socorro.Tests.Web;

/// <summary>What surrounds every page: headers, errors, assets, health and metrics.</summary>
public sealed class SurroundingsTests(Site site) : IClassFixture<Site>
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/")]
    [InlineData("/monitoring/")]
    [InlineData("/signature/?signature=x")]
    [InlineData("/report/index/nope")]
    [InlineData("/api/")]
    [InlineData("/api/RawCrash/")]
    [InlineData("/assets/site.css")]
    [InlineData("/no/such/page")]
    public async Task Every_answer_is_guarded(string path)
    {
        using var answer = await site.GetAsync(path);

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
    }

    [Fact]
    public async Task Status_lists_annotations_that_no_field_declares_by_name_over_all_products()
    {
        await site.Catalog.Undeclared.AddAsync(
            [new("OwnThing", "Demo", 3, Site.Noon), new("OwnThing", "", 2, Site.Noon), new("Vendor", "Demo", 9, Site.Noon)], Cancel);

        var (_, html) = await site.BrowseAsync("/monitoring/");

        Assert.Contains("<code>OwnThing</code>", html, StringComparison.Ordinal);
        Assert.Contains("Demo, (no product)", html, StringComparison.Ordinal);
        Assert.Contains("<td class=\"num\">5</td>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<code>Vendor</code>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_addresses_are_a_page_for_people_and_json_for_programs()
    {
        var (status, html) = await site.BrowseAsync("/no/such/page");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("There is nothing at this address.", html, StringComparison.Ordinal);

        using var answer = await site.GetAsync("/no/such/page");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("""{"title":"404 Not Found"}""", await answer.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task Wrong_methods_are_refused()
    {
        using var answer = await site.Client.DeleteAsync("/monitoring/", Cancel);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal("""{"title":"405 Method Not Allowed"}""", await answer.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task Pages_answer_head_requests()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "/");
        using var answer = await site.Client.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Assets_are_kept_for_ever_under_their_hash()
    {
        var html = await site.Client.GetStringAsync("/", Cancel);
        var start = html.IndexOf("/assets/site.css?v=", StringComparison.Ordinal);
        var url = html[start..html.IndexOf('"', start)];

        using var pinned = await site.GetAsync(url);
        Assert.Equal("text/css", pinned.Content.Headers.ContentType?.MediaType);
        Assert.Equal("public, max-age=31536000, immutable", pinned.Headers.CacheControl?.ToString());

        using var request = new HttpRequestMessage(HttpMethod.Get, "/assets/site.css");
        request.Headers.IfNoneMatch.Add(pinned.Headers.ETag!); // Present: it was just served with one.
        using var again = await site.Client.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal("no-cache", again.Headers.CacheControl?.ToString());
    }

    [Theory]
    [InlineData("/favicon.ico", "image/svg+xml")]
    [InlineData("/assets/favicon.svg", "image/svg+xml")]
    [InlineData("/assets/site.js", "text/javascript")]
    [InlineData("/robots.txt", "text/plain")]
    public async Task Small_files_are_there(string path, string contentType)
    {
        using var answer = await site.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(contentType, answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("/assets/nope.css")]
    [InlineData("/assets/..%2FOptions.cs")]
    public async Task No_other_files_are_there(string path)
    {
        using var answer = await site.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Pages_are_compressed_for_those_who_want_it()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/monitoring/");
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        using var answer = await site.Client.SendAsync(request, Cancel);

        Assert.Equal("gzip", Assert.Single(answer.Content.Headers.ContentEncoding));
    }

    [Fact]
    public async Task Robots_are_sent_away() =>
        Assert.Equal("User-agent: *\nDisallow: /\n", await site.Client.GetStringAsync("/robots.txt", Cancel));

    [Fact]
    public async Task Load_balancers_get_an_empty_answer() =>
        Assert.Equal("", await site.Client.GetStringAsync("/__lbheartbeat__", Cancel));

    [Fact]
    public async Task Tells_its_version()
    {
        using var version = JsonDocument.Parse(await site.Client.GetStringAsync("/__version__", Cancel));

        Assert.Matches(@"\A\d+\.\d+\.\d+", version.RootElement.GetProperty("version").GetString());
        Assert.Equal(["source", "version", "commit", "build"], version.RootElement.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Metrics_tell_of_queue_requests_and_runtime()
    {
        await site.Client.GetStringAsync("/", Cancel);

        var metrics = await site.Client.GetStringAsync("/metrics", Cancel);

        Assert.All(
            ["socorro_queue_waiting", "lane=\"priority\"", "socorro_queue_oldest_age_seconds", "http_server_request_duration_seconds", "dotnet_gc"],
            name => Assert.Contains(name, metrics, StringComparison.Ordinal));
    }
}
