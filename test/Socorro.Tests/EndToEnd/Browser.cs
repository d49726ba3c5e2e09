using Microsoft.Playwright;
using Socorro.Tests.EndToEnd;

[assembly: AssemblyFixture(typeof(Browser))]

namespace Socorro.Tests.EndToEnd;

/// <summary>
/// The system's Chromium without a window, started when the first test asks for it. Tests skip where there is none.
/// </summary>
public sealed class Browser : IAsyncDisposable
{
    const string Executable = "/usr/bin/chromium";

    static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    readonly Lazy<Task<(IPlaywright Driver, IBrowser Chromium)>> _started = new(StartAsync);

    /// <summary>Opens a window whose every complaint fails the test; see <see cref="Window"/>.</summary>
    public async Task<Window> OpenAsync(string site, BrowserNewContextOptions? options = null)
    {
        Assert.SkipUnless(File.Exists(Executable), $"there is no {Executable}: sudo apt-get install chromium");
        var (_, chromium) = await _started.Value;
        var context = await chromium.NewContextAsync(new(options ?? new()) { BaseURL = site });
        return new(context, await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (!_started.IsValueCreated)
            return;

        var (driver, chromium) = await _started.Value;
        await chromium.DisposeAsync();
        driver.Dispose();
    }

    static async Task<(IPlaywright Driver, IBrowser Chromium)> StartAsync()
    {
        // Waiting is for states that come; a busy machine takes its time.
        Assertions.SetDefaultExpectTimeout(30_000);
        var driver = await Playwright.CreateAsync();
        return (driver, await driver.Chromium.LaunchAsync(new() { ExecutablePath = Executable, Args = Arguments }));
    }
}
