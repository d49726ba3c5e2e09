using System.CommandLine;
using Socorro.Access;
using Socorro.Storage;

namespace Socorro.Cli;

static class RunVerb
{
    const string FirstToken = "first start";

    static readonly TimeSpan FirstTokenLife = TimeSpan.FromDays(90);

    public static Command Create()
    {
        var command = new Command("run", "Start everything on this machine: collector, processor, web pages and API");
        var settings = new SettingOptions();
        settings.AddTo(command);
        command.SetAction((parsed, cancel) => RunAsync(settings.Resolve(parsed).Options, cancel));
        return command;
    }

    static async Task<int> RunAsync(Options options, CancellationToken cancel)
    {
        await using var app = await App.BuildAsync(options, cancel);
        try
        {
            await app.StartAsync(cancel);
        }
        catch (IOException e)
        {
            throw new VerbFailedException(
                $"can't listen on {options.Url}: {e.Message} Is another Socorro running there? "
                + "--url takes another address.",
                cause: e);
        }

        Console.WriteLine($"Socorro is at {app.Urls.First()}  (data in {Path.GetFullPath(options.Data)}; Ctrl+C stops it)");
        if (await IssueFirstTokenAsync(app.Services.GetRequiredService<Catalog>().Tokens, cancel) is { } secret)
            Console.WriteLine($"Sign in: {Reachable(app.Urls.First())}/login/?token={secret}");

        await app.WaitForShutdownAsync(cancel);
        return 0;
    }

    /// <summary>Whoever starts a server that has no token yet gets one that permits everything.</summary>
    static async Task<string?> IssueFirstTokenAsync(TokenRegistry tokens, CancellationToken cancel) =>
        (await tokens.ListAsync(cancel)) is []
            ? await tokens.IssueAsync(FirstToken, Permission.All, DateTimeOffset.UtcNow, FirstTokenLife, cancel)
            : null;

    /// <summary>An address that listens everywhere is no address to go to.</summary>
    static string Reachable(string url) => url.Replace("[::]", "127.0.0.1").Replace("0.0.0.0", "127.0.0.1");
}
