using System.CommandLine;

namespace Socorro.Cli;

/// <summary>The command line: every verb, and what happens when one fails.</summary>
static class Verbs
{
    static readonly Option<bool> Debug = new("--debug")
    {
        Description = "Show the whole error with its stack",
        Recursive = true,
    };

    internal static RootCommand Create() =>
        new("Socorro collects the crashes of native applications and explains them.")
        {
            Debug,
            RunVerb.Create(),
            SubmitVerb.Create(),
            StackwalkVerb.Create(),
            SignatureVerb.Create(),
            ProcessVerb.Create(),
            ReprocessVerb.Create(),
            ThrottleVerb.Create(),
            PluginsVerb.Create(),
            ReconcileVerb.Create(),
            TokenVerb.Create(),
            BenchVerb.Create(),
            ConfigVerb.Create(),
            VersionVerb.Create(),
        };

    /// <summary>Runs what the arguments say and returns the exit code: 0 done, 1 it did not work out, 2 called wrongly.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is [StackwalkVerb.Name, .. var own])
            return await StackwalkVerb.RunAsync(own, CancellationToken.None);

        var parsed = Create().Parse(args);
        if (parsed.Errors is [var error, ..] && parsed.CommandResult.Command is not RootCommand)
            return Fail($"{error.Message} See 'socorro {parsed.CommandResult.Command.Name} --help'.", 2);

        try
        {
            var code = await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false }, CancellationToken.None);
            return parsed.Errors is [] ? code : 2;
        }
        catch (Exception e) when (parsed.GetValue(Debug))
        {
            return Fail(e.ToString(), e is VerbFailedException failed ? failed.ExitCode : 1);
        }
        catch (VerbFailedException e)
        {
            return Fail(e.Message, e.ExitCode);
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
        catch (Exception e)
        {
            return Fail($"{e.Message} (--debug shows where)", 1);
        }
    }

    static int Fail(string message, int exitCode)
    {
        Console.Error.WriteLine($"socorro: {message}");
        return exitCode;
    }
}
