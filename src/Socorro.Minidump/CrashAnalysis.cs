namespace Socorro.Minidumps;

/// <summary>What the instruction that crashed tells of the crash.</summary>
public sealed record CrashAnalysis
{
    /// <summary>The instruction in assembly language, lower case.</summary>
    public required string Instruction { get; init; }
}
