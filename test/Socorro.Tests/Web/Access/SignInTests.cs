using System.Net;
using System.Text.RegularExpressions;
using Socorro.Access;

namespace Socorro.Tests.Web.Access;

public sealed partial class SignInTests : IAsyncLifetime
{
    readonly Site _site = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _site.InitializeAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task A_token_in_the_form_signs_in_and_leads_back()
    {
        var token = await _site.AddTokenAsync(Permission.ViewProtected, name: "Ann");
        using var answer = await PostAsync("/login/", SameOrigin, ("token", $" {token}\n"), ("next", "/monitoring/?a=b"));

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/monitoring/?a=b", answer.Headers.Location?.ToString());
        Assert.Contains("title=\"What you may do, and how to sign out\">Ann<", await ReadHomeAsync(CookieOf(answer)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_with_the_token_signs_in()
    {
        using var answer = await _site.Stranger.GetAsync($"/login/?token={await _site.AddTokenAsync(Permission.All, name: "Ann")}", Cancel);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Contains(">Ann<", await ReadHomeAsync(CookieOf(answer)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cookie_is_out_of_reach_of_scripts_and_other_sites()
    {
        using var answer = await _site.Stranger.GetAsync($"/login/?token={_site.Secret}", Cancel);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));

        Assert.Contains("; httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("; samesite=strict", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(_site.Secret, cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_takes_the_cookie_away()
    {
        var session = await SignInAsync(_site.Secret);
        using var answer = await PostAsync("/logout/", [.. SameOrigin, ("Cookie", session)]);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Contains("socorro_session=; expires=Thu, 01 Jan 1970", Assert.Single(answer.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_ends_when_its_token_is_revoked()
    {
        var session = await SignInAsync(await _site.AddTokenAsync(Permission.All, name: "Ann"));
        Assert.Contains(">Ann<", await ReadHomeAsync(session), StringComparison.Ordinal);

        await _site.Catalog.Tokens.RemoveAsync("Ann", Cancel);
        await _site.AddTokenAsync(Permission.All, name: "Ann");

        Assert.Contains(">Sign in<", await ReadHomeAsync(session), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(30, 29, true)]
    [InlineData(60, 30, false)]
    [InlineData(5, 5, false)]
    public async Task A_session_lasts_thirty_days_and_no_longer_than_its_token(int tokenDays, int afterDays, bool isSignedIn)
    {
        var session = await SignInAsync(await _site.AddTokenAsync(Permission.All, TimeSpan.FromDays(tokenDays), "Ann"));
        _site.Time.Advance(TimeSpan.FromDays(afterDays));

        Assert.Equal(isSignedIn, (await ReadHomeAsync(session)).Contains(">Ann<", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(@"\A([^.]+)\.", "$+1.")]
    [InlineData(@"=\d+\.", "=99.")]
    [InlineData(@"\.\d+\.", ".9999999999.")]
    [InlineData(@"[^.]{43}\z", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData(@"\.[^.]*\z", ".")]
    [InlineData("=.*", "=")]
    [InlineData("=.*", "=a.b.c")]
    [InlineData("=.*", "=-1.-1.")]
    public async Task A_forged_session_is_none(string pattern, string replacement)
    {
        var session = await SignInAsync(_site.Secret);

        Assert.Contains(">Sign in<", await ReadHomeAsync(Regex.Replace(session, pattern, replacement)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/a\r\nSet-Cookie: b")]
    [InlineData("")]
    public async Task Leads_nowhere_but_to_this_site(string next)
    {
        using var answer = await _site.Stranger.GetAsync(
            $"/login/?token={_site.Secret}&next={Uri.EscapeDataString(next)}", Cancel);

        Assert.Equal("/", answer.Headers.Location?.ToString());
    }

    [Fact]
    public async Task Says_on_the_page_that_a_token_is_wrong_or_has_expired()
    {
        var expired = await _site.AddTokenAsync(Permission.All, TimeSpan.Zero);
        using var wrong = await PostAsync("/login/", SameOrigin, ("token", "wrong"));
        using var old = await PostAsync("/login/", SameOrigin, ("token", expired));

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (wrong.StatusCode, old.StatusCode));
        Assert.Contains("There is no such token.", await wrong.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Contains("The token has expired.", await old.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.False(wrong.Headers.Contains("Set-Cookie") || old.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Guessing_is_bounded_by_address_whatever_way_is_tried()
    {
        for (var i = 0; i < 15; i++)
        {
            using var form = await PostAsync("/login/", SameOrigin, ("token", $"guess {i}"));
            using var header = await GetAsync("/", ("Auth-Token", $"guess {i}"));
            Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (form.StatusCode, header.StatusCode));
        }

        // Now even the right one: else the answer would still tell it from a wrong one.
        using var refused = await GetAsync("/", ("Auth-Token", _site.Secret));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);

        _site.Time.Advance(TimeSpan.FromMinutes(1));
        using var later = await GetAsync("/", ("Auth-Token", _site.Secret));
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "none", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-origin", HttpStatusCode.Redirect)]
    [InlineData("Origin", "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "SITE", HttpStatusCode.Redirect)]
    [InlineData("X-Nothing", "said", HttpStatusCode.Forbidden)]
    public async Task Only_pages_of_this_site_sign_in_and_out(string header, string value, HttpStatusCode status)
    {
        (string, string) origin = (header, value == "SITE" ? _site.Url : value);
        var session = await SignInAsync(_site.Secret);

        using var login = await PostAsync("/login/", [origin], ("token", _site.Secret));
        using var logout = await PostAsync("/logout/", [origin, ("Cookie", session)]);

        Assert.Equal((status, status), (login.StatusCode, logout.StatusCode));
    }

    [Fact]
    public async Task Answers_are_not_for_shared_caches()
    {
        using var home = await _site.GetAsync("/");

        Assert.Equal("no-cache, private", home.Headers.CacheControl?.ToString());
    }

    static (string, string)[] SameOrigin => [("Sec-Fetch-Site", "same-origin")];

    async Task<string> SignInAsync(string secret)
    {
        using var answer = await _site.Stranger.GetAsync($"/login/?token={secret}", Cancel);
        return CookieOf(answer);
    }

    async Task<string> ReadHomeAsync(string session)
    {
        using var answer = await GetAsync("/", ("Cookie", session));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Cancel);
    }

    async Task<HttpResponseMessage> GetAsync(string path, (string Name, string Value) header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        return await _site.Stranger.SendAsync(request, Cancel);
    }

    async Task<HttpResponseMessage> PostAsync(
        string path, (string Name, string Value)[] headers, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);

        return await _site.Stranger.SendAsync(request, Cancel);
    }

    static string CookieOf(HttpResponseMessage answer) =>
        Cookie().Match(Assert.Single(answer.Headers.GetValues("Set-Cookie"))).Value;

    [GeneratedRegex(@"\Asocorro_session=[^;]+")]
    private static partial Regex Cookie();
}
