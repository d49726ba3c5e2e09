namespace Socorro.Minidumps.Output;

/// <summary>What a report in JSON has, and how it looks.</summary>
public sealed record JsonOptions
{
    /// <summary>One line, as minidump-stackwalk writes it.</summary>
    public static JsonOptions Default { get; } = new();

    /// <summary>Whether to break lines and indent by two blanks.</summary>
    public bool IsPretty { get; init; }

    /// <summary>
    /// The most entries of a thread's frames: of a longer stack both ends, and between them one that says how many are left
    /// out. The middle of a stack that overflowed is all alike.
    /// </summary>
    public int MaxFrames { get; init; } = int.MaxValue;

    /// <summary>
    /// Whether to tell of each module where its symbols were looked for, and of each frame without a function why it has none.
    /// </summary>
    public bool TellsWhy { get; init; }

    /// <summary>Whether to guess the arguments of functions on 32-bit x86 from their names and the stack.</summary>
    public bool RecoversArguments { get; init; }

    /// <summary>Whether all frames of all threads have their registers, and not only those of the crashed thread.</summary>
    public bool HasAllRegisters { get; init; }

    /// <summary>How many threads of this process may write a large report at a time.</summary>
    public int MaxWriters { get; init; } = 1;
}
