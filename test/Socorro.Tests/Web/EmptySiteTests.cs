using System.Net;
using System.Text.Json;
using Socorro.Storage;

namespace Socorro.Tests.Web;

/// <summary>A server without crashes, then one in trouble.</summary>
public sealed class EmptySiteTests : IAsyncDisposable
{
    readonly Site _site = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task Home_tells_how_to_send_a_first_crash()
    {
        await _site.InitializeAsync();

        var (status, html) = await _site.BrowseAsync("/");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("No crashes yet", html, StringComparison.Ordinal);
        Assert.Contains($"-F upload_file_minidump=@crash.dmp {_site.Url}/submit", WebUtility.HtmlDecode(html), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_tells_what_waits_and_what_failed()
    {
        await _site.InitializeAsync();
        var parked = await _site.AddRawAsync();
        await _site.Queue.PublishAsync(Lane.Standard, [parked], Cancel);
        var lease = Assert.Single(await _site.Queue.LeaseAsync(1, TimeSpan.FromMinutes(1), Cancel));
        await _site.Queue.ParkAsync(lease, "no such stream <7>", Cancel);
        await _site.Queue.PublishAsync(Lane.Standard, [await _site.AddRawAsync(), await _site.AddRawAsync()], Cancel);
        _site.Time.Advance(TimeSpan.FromMinutes(20));

        var (status, html) = await _site.BrowseAsync("/monitoring/");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Matches(@"Standard</th>\s*<td class=""num"">2</td>\s*<td class=""num"">0</td>", html);
        Assert.Contains("20 min ago", html, StringComparison.Ordinal);
        Assert.Contains($"/report/index/{parked}", html, StringComparison.Ordinal);
        Assert.Contains("no such stream &lt;7&gt;", html, StringComparison.Ordinal);
        Assert.Contains("no symbols here", html, StringComparison.Ordinal);
        Assert.Contains("not there", html, StringComparison.Ordinal);
        Assert.Contains("Everything works", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_status_page_says_which_signature_lists_are_in_use_and_what_is_wrong_with_new_ones()
    {
        await _site.InitializeAsync();
        Directory.CreateDirectory(Path.Combine(_site.Signatures.Folder.Path, "Editor"));
        await File.WriteAllTextAsync(Path.Combine(_site.Signatures.Folder.Path, "Editor", "prefix.txt"), "ours", Cancel);
        _site.Signatures.Refresh();
        await File.WriteAllTextAsync(Path.Combine(_site.Signatures.Folder.Path, "Editor", "prefix.txt"), "(ours", Cancel);
        _site.Signatures.Refresh();

        var (_, html) = await _site.BrowseAsync("/monitoring/");

        Assert.Contains(_site.Signatures.For("Editor").Lists.Version, html, StringComparison.Ordinal);
        Assert.Contains("Editor/prefix.txt:1: ", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Heartbeat_is_green_and_turns_red_with_reasons()
    {
        await _site.InitializeAsync();
        using (var healthy = await _site.GetAsync("/__heartbeat__"))
        {
            Assert.Equal(HttpStatusCode.OK, healthy.StatusCode);
            Assert.Equal("""{"errors":[],"mover":{"waiting":0,"oldest":null,"last_error":null}}""", await healthy.Content.ReadAsStringAsync(Cancel));
        }

        Directory.Move(_site.DataFolder, $"{_site.DataFolder}-gone");
        try
        {
            using var sick = await _site.GetAsync("/__heartbeat__");
            using var errors = JsonDocument.Parse(await sick.Content.ReadAsStringAsync(Cancel));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, sick.StatusCode);
            var names = errors.RootElement.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("name").GetString());
            Assert.Contains("disk", names);

            var (status, html) = await _site.BrowseAsync("/monitoring/");
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Contains("Something does not work", html, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Move($"{_site.DataFolder}-gone", _site.DataFolder);
        }
    }
}
