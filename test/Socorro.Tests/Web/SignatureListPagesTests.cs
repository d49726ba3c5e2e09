using System.Net;
using System.Text.Json;
using Socorro.Access;
using Socorro.Signatures.Lists;
using Socorro.Storage;

namespace Socorro.Tests.Web;

/// <summary>The way of an administrator: from the lists over a preview to a saved list, and back again.</summary>
public sealed class SignatureListPagesTests : IAsyncLifetime
{
    const string Edit = "/admin/signature-lists/edit?file=prefix.txt&product=Editor";

    readonly Site _site = new();
    readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    string _token = "";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _site.InitializeAsync();
        _client.BaseAddress = new(_site.Url);
        _token = await _site.AddTokenAsync(Permission.Administer | Permission.Reprocess);
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _site.DisposeAsync();
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "edit?file=prefix.txt")]
    [InlineData("POST", "edit?file=prefix.txt")]
    [InlineData("GET", "revision?number=1")]
    [InlineData("GET", "preview/0")]
    [InlineData("POST", "preview/0")]
    [InlineData("POST", "preview/0/regenerate")]
    public async Task Nobody_but_an_administrator_gets_there(string method, string path)
    {
        var other = await _site.AddTokenAsync(Permission.All & ~Permission.Administer);

        var (anonymous, _, _) = await AskAsync(new(method), "/admin/signature-lists/" + path, token: null);
        var (signedIn, _, _) = await AskAsync(new(method), "/admin/signature-lists/" + path, token: other);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (anonymous, signedIn));
    }

    [Fact]
    public async Task A_wrong_list_is_refused_with_its_line_and_what_was_typed_is_kept()
    {
        var (status, html, _) = await SendAsync(Edit, ("text", "ours\r\n(oops\r\n"), ("mark", MarkOf("")), ("comment", "why <not>"), ("action", "save"));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("<strong>line 2</strong>", html, StringComparison.Ordinal);
        Assert.Contains("\nours\n(oops\n</textarea>", WebUtility.HtmlDecode(html), StringComparison.Ordinal);
        Assert.Contains("why &lt;not&gt;", html, StringComparison.Ordinal);
        Assert.False(_site.Signatures.Folder.Exists);
    }

    [Fact]
    public async Task A_change_is_previewed_saved_and_the_old_signatures_are_ordered_again()
    {
        var moved = await AddAsync("Editor", "ours");
        await AddAsync("Editor", "ours");
        await AddAsync("Other", "ours");

        var (_, _, preview) = await SendAsync(
            Edit, ("text", "ours$\n"), ("mark", MarkOf("")), ("comment", "everybody calls it"), ("action", "preview"), ("days", "7"));
        var html = await WaitForAsync(preview!, "Save the list");
        Assert.Contains("<del>ours</del><ins>ours | theirs</ins>", html, StringComparison.Ordinal);
        Assert.Contains("<dd>2 <small>of the last 7 days</small></dd>", html, StringComparison.Ordinal);
        Assert.Contains($"/report/index/{moved}", html, StringComparison.Ordinal);
        Assert.Contains("everybody calls it", html, StringComparison.Ordinal);
        Assert.Equal("ours", Sign("Editor"));

        var (_, _, saved) = await SendAsync(preview!.Split('?')[0], ("comment", "everybody calls it"));
        var (_, after, _) = await AskAsync(HttpMethod.Get, saved!, _token);
        Assert.Contains("Make the signatures of these crashes again", after, StringComparison.Ordinal);
        Assert.Equal("ours | theirs", Sign("Editor"));
        Assert.Equal("ours", Sign("Other"));

        await SendAsync($"{saved}/regenerate");
        var order = Assert.Single(await _site.Catalog.Reprocessing.ListAsync(10, Cancel));
        Assert.Equal(ReprocessingScope.Signature, order.Scope);
        Assert.Contains("signature=%3Dours", order.Query, StringComparison.Ordinal);
        Assert.Contains("product=%3DEditor", order.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_saved_list_has_a_history_that_leads_back()
    {
        await SendAsync(Edit, ("text", "a\n"), ("mark", MarkOf("")), ("comment", "first"), ("action", "save"));
        await SendAsync(Edit, ("text", "b\n"), ("mark", MarkOf("a\n")), ("comment", "second"), ("action", "save"));
        var (conflict, _, _) = await SendAsync(Edit, ("text", "c\n"), ("mark", MarkOf("a\n")), ("comment", ""), ("action", "save"));

        var (_, page, _) = await AskAsync(HttpMethod.Get, Edit, _token);
        var (_, revision, _) = await AskAsync(HttpMethod.Get, "/admin/signature-lists/revision?number=2", _token);
        var (_, restored, _) = await AskAsync(HttpMethod.Get, Edit + "&revision=1", _token);
        var (_, overview, _) = await AskAsync(HttpMethod.Get, "/admin/signature-lists/", _token);

        Assert.Equal(HttpStatusCode.BadRequest, conflict);
        Assert.Contains("second", page, StringComparison.Ordinal);
        Assert.Contains("<span class=\"removed\">- a\n</span><span class=\"added\">+ b\n</span>", WebUtility.HtmlDecode(revision), StringComparison.Ordinal);
        Assert.Contains("\na\n</textarea>", WebUtility.HtmlDecode(restored), StringComparison.Ordinal);
        Assert.Contains(MarkOf("b\n"), restored, StringComparison.Ordinal);
        Assert.Contains("<h2>Editor <small>", overview, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("edit?file=other.txt")]
    [InlineData("edit?file=prefix.txt&product=../x")]
    [InlineData("revision?number=x")]
    [InlineData("revision?number=7")]
    [InlineData("preview/none")]
    public async Task What_is_not_there_is_not_found(string path)
    {
        var (status, _, _) = await AskAsync(HttpMethod.Get, "/admin/signature-lists/" + path, _token);

        Assert.Equal(HttpStatusCode.NotFound, status);
    }

    string Sign(string product) => _site.Signatures.For(product).Generate(new()
    {
        CrashingThread = 0,
        Threads = [new([new() { Function = "ours" }, new() { Function = "theirs" }])],
    }).Text;

    async Task<string> AddAsync(string product, string signature)
    {
        var id = await _site.AddProcessedAsync(JsonSerializer.Serialize(new
        {
            product,
            signature,
            date_processed = _site.Time.GetUtcNow().AddMinutes(-1).ToString("o"),
            json_dump = new
            {
                crash_info = new { crashing_thread = 0 },
                threads = new[] { new { frames = new[] { new { function = "ours" }, new { function = "theirs" } } } },
            },
        }));
        return id.ToString();
    }

    async Task<string> WaitForAsync(string path, string text)
    {
        for (var i = 0; i < 300; i++)
        {
            var (_, html, _) = await AskAsync(HttpMethod.Get, path, _token);
            if (html.Contains(text, StringComparison.Ordinal))
                return html;

            await Task.Delay(50, Cancel);
        }

        throw new TimeoutException($"{path} never says '{text}'");
    }

    Task<(HttpStatusCode Status, string Html, string? Location)> SendAsync(string path, params (string Name, string Value)[] form) =>
        AskAsync(HttpMethod.Post, path, _token, new FormUrlEncodedContent(form.Select(one => KeyValuePair.Create(one.Name, one.Value))));

    async Task<(HttpStatusCode Status, string Html, string? Location)> AskAsync(
        HttpMethod method, string path, string? token, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Accept.ParseAdd("text/html");
        if (token is not null)
            request.Headers.Add("Auth-Token", token);
        using var answer = await _client.SendAsync(request, Cancel);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel), answer.Headers.Location?.ToString());
    }

    static string MarkOf(string text) => ListEditor.MarkOf(text);
}
