using System.Text;
using Socorro.Minidumps;

namespace Socorro.Stackwalk;

/// <summary>
/// The command minidump-stackwalk, also "socorro stackwalk": flags, streams, exit codes and JSON are those of
/// rust-minidump's, so that it can take its place. Of several dumps it explains each, in order.
/// </summary>
public static class StackwalkCommand
{
    /// <summary>Runs it.</summary>
    /// <returns>
    /// 0; 1: a dump or a file could not be read or written, or flags contradict each other; 2: the arguments can't be read.
    /// </returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, StackwalkConsole console, CancellationToken cancel)
    {
        var log = new StackwalkLog(console.Error, LogLevel.Error);
        try
        {
            var arguments = StackwalkArguments.Parse(args);
            if (arguments.Has(Flags.Help))
                return Print(console, log, StackwalkHelp.Write(console.Program));
            if (arguments.Has(Flags.Version))
                return Print(console, log, StackwalkHelp.Version + "\n");

            using var file = OutputFiles.Create(arguments.Find(Flags.LogFile));
            var lines = file is null ? console.Error : new StreamWriter(file) { AutoFlush = true };
            return await RunAsync(arguments, console, new(lines, arguments.LogLevel), cancel);
        }
        catch (UsageException e)
        {
            log.Error("InvalidArguments", e.Message);
            return e.ExitCode;
        }
    }

    static async Task<int> RunAsync(
        StackwalkArguments arguments, StackwalkConsole console, StackwalkLog log, CancellationToken cancel)
    {
        try
        {
            arguments.RefuseContradictions();
            LogIdleFlags(arguments, log);
            using var explainer = new DumpExplainer(arguments, log);
            int exitCode;
            using (var reports = new ReportWriter(arguments, console))
                exitCode = await ExplainAllAsync(arguments, explainer, reports, log, cancel);

            await explainer.FinishTablesAsync(cancel);
            return exitCode;
        }
        catch (UsageException e)
        {
            log.Error("InvalidArguments", e.Message);
            return e.ExitCode;
        }
        catch (IOException e)
        {
            return Fail(log, e);
        }
    }

    static async Task<int> ExplainAllAsync(
        StackwalkArguments arguments,
        DumpExplainer explainer,
        ReportWriter reports,
        StackwalkLog log,
        CancellationToken cancel)
    {
        var failures = 0;
        foreach (var file in arguments.Dumps)
        {
            try
            {
                if (!explainer.TryOpen(file, out var dump, out var refusal))
                {
                    reports.Write(refusal);
                    failures++;
                }
                else if (arguments.Has(Flags.Dump))
                {
                    reports.WriteRaw(file, dump);
                }
                else
                {
                    reports.Write(file, await explainer.ExplainAsync(file, dump, cancel));
                }
            }
            catch (Exception e) when (e is not (OperationCanceledException or IOException))
            {
                // A fault of ours; the other dumps can still be explained.
                log.Error("UnknownError", $"{file}: {(log.Shows(LogLevel.Debug) ? e.ToString() : e.Message)}");
                reports.Write(new Refusal("UnknownError", e.Message));
                failures++;
            }
        }

        return failures == 0 ? 0 : 1;
    }

    /// <summary>Flags that scripts give, and that change nothing here.</summary>
    static void LogIdleFlags(StackwalkArguments arguments, StackwalkLog log)
    {
        foreach (var flag in new[] { Flags.SymbolsTmp, Flags.NoInteractive })
        {
            if (arguments.Has(flag))
                log.Info($"{flag.Name} changes nothing: {flag.Help}");
        }
    }

    static int Print(StackwalkConsole console, StackwalkLog log, string text)
    {
        try
        {
            console.Output.Write(Encoding.UTF8.GetBytes(text));
            return 0;
        }
        catch (IOException e)
        {
            return Fail(log, e);
        }
    }

    static int Fail(StackwalkLog log, IOException e)
    {
        log.Error("IoError", $"can't write the output: {e.Message}");
        return 1;
    }
}
