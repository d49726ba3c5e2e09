namespace Socorro.Minidumps.Output;

/// <summary>What a report for people shows.</summary>
public sealed record HumanOptions
{
    public static HumanOptions Default { get; } = new();

    /// <summary>Whether to mark what matters with the escape sequences of terminals.</summary>
    public bool IsColored { get; init; }

    /// <summary>The summary and the crashing thread, nothing else.</summary>
    public bool IsBrief { get; init; }
}

/// <summary>
/// Writes a <see cref="ProcessState"/> as text in the manner of minidump-stackwalk and minidump_stackwalk: the crash, the
/// crashed thread, the others, the modules. Inlined calls are frames of their own.
/// </summary>
public static class HumanReport
{
    public static void Write(ProcessState state, TextWriter output, HumanOptions options)
    {
        var text = new HumanText(output, options.IsColored);
        new HumanSummary(state, text).Write();
        var threads = new HumanThreads(state, text);
        if (state.CrashingThread is { } crashing)
            threads.WriteCrashing(crashing);
        if (options.IsBrief)
            return;

        if (!threads.WriteOthers())
            text.Line();
        new HumanModules(state, text).Write();
    }
}
