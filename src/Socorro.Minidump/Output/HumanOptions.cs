namespace Socorro.Minidumps.Output;

/// <summary>What a report for people shows.</summary>
public sealed record HumanOptions
{
    /// <summary>Everything, in plain text.</summary>
    public static HumanOptions Default { get; } = new();

    /// <summary>Whether to mark what matters with the escape sequences of terminals.</summary>
    public bool IsColored { get; init; }

    /// <summary>The summary and the crashing thread, nothing else.</summary>
    public bool IsBrief { get; init; }

    /// <summary>
    /// Whether to fit a screen: a line for each frame, the middle of long stacks left out, threads with the same stack together, and of
    /// the modules those that frames are in.
    /// </summary>
    public bool IsCompact { get; init; }

    /// <summary>Whether to list the instructions around the one that crashed.</summary>
    public bool ListsInstructions { get; init; }

    /// <summary>
    /// Whether to tell of each frame without a function why it has none, and of each module where its symbols were looked for.
    /// </summary>
    public bool TellsWhy { get; init; }

    /// <summary>Whether to guess the arguments of functions on 32-bit x86 from their names and the stack.</summary>
    public bool RecoversArguments { get; init; }

    /// <summary>Where the program's sources are, whose lines are then shown below the crashed thread's frames; null for nowhere.</summary>
    public SourceTree? Sources { get; init; }
}
