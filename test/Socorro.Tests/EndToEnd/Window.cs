using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Socorro.Tests.EndToEnd;

/// <summary>
/// A browser window that remembers what went wrong in it: console errors and warnings, uncaught exceptions, requests that
/// failed or were refused. Closing it fails the test when there was anything.
/// </summary>
public sealed class Window : IAsyncDisposable
{
    readonly IBrowserContext _context;
    readonly ConcurrentQueue<string> _complaints = new();

    public Window(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) => Complain(message.Type is "error" or "warning", $"console: {message.Text}");
        page.PageError += (_, error) => Complain(true, $"uncaught: {error}");
        page.RequestFailed += (_, request) => Complain(!IsCutOff(request), $"failed: {request.Url} {request.Failure}");
        page.Response += (_, response) => Complain(response.Status >= 400, $"refused: {response.Url} {response.Status}");
    }

    public IPage Page { get; }

    /// <summary>Goes where the link that <c>socorro run</c> prints leads.</summary>
    public Task SignInAsync(string secret) => Page.GotoAsync($"/login/?token={secret}");

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.Empty(_complaints);
    }

    void Complain(bool isWrong, string what)
    {
        if (isWrong)
            _complaints.Enqueue(what);
    }

    /// <summary>A page that moves on drops what it was still asking for; a download leaves the page's hands.</summary>
    static bool IsCutOff(IRequest request) => request.Failure == "net::ERR_ABORTED";
}
