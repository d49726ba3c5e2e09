using System.CommandLine;

namespace Socorro.Cli;

static class RunVerb
{
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
        await app.WaitForShutdownAsync(cancel);
        return 0;
    }
}
