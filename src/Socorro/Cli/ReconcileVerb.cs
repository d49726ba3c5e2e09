using System.CommandLine;
using System.Globalization;
using Socorro.Storage;

namespace Socorro.Cli;

/// <summary>Looks once for crashes that are stored, not processed and in no queue; a server may run beside it.</summary>
static class ReconcileVerb
{
    public static Command Create()
    {
        var days = new Option<int>("--days")
        {
            Description = "How many of the newest UTC days to look through",
            DefaultValueFactory = _ => int.MaxValue,
            HelpName = "N",
        };
        var command = new Command("reconcile", "Queue crashes that are stored, not processed, and in no queue") { days };
        var settings = new SettingOptions();
        settings.AddTo(command);
        command.SetAction((parsed, cancel) => RunAsync(settings.Resolve(parsed).Options, parsed.GetValue(days), cancel));
        return command;
    }

    static async Task<int> RunAsync(Options options, int days, CancellationToken cancel)
    {
        await using var app = await App.BuildAsync(options, cancel);
        var found = await app.Services.GetRequiredService<Reconciler>().ReconcileAsync(days, pause: TimeSpan.Zero, cancel);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{found.Days} days in {found.Took.TotalSeconds:0.0} s: {found.Unprocessed} crashes have no report, {found.Queued} of them were in no queue and are queued now"));
        foreach (var id in found.Examples)
            Console.WriteLine($"  {id}");
        if (found.Queued > found.Examples.Count)
            Console.WriteLine($"  and {found.Queued - found.Examples.Count} more");

        return found.Error is null ? 0 : throw new VerbFailedException($"some days were left out: {found.Error}");
    }
}
