using System.CommandLine;
using Socorro.Stackwalk;

namespace Socorro.Cli;

/// <summary>minidump-stackwalk as a verb. It reads its arguments itself, so that they mean the same in both.</summary>
static class StackwalkVerb
{
    public const string Name = "stackwalk";

    public static Command Create()
    {
        var command = new Command(Name, "Explain minidumps: why the process crashed, and the stacks of its threads")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((parsed, cancel) => RunAsync([.. parsed.UnmatchedTokens], cancel));
        return command;
    }

    public static async Task<int> RunAsync(string[] args, CancellationToken cancel)
    {
        using var console = StackwalkConsole.Open($"socorro {Name}");
        return await StackwalkCommand.RunAsync(args, console, cancel);
    }
}
