namespace Socorro.Stackwalk;

/// <summary>What the command has around it: the streams of a process, or those of a test.</summary>
public sealed record StackwalkConsole : IDisposable
{
    /// <summary>How the command is called, for its help.</summary>
    public required string Program { get; init; }

    public required Stream Output { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Whether <see cref="Output"/> shows colours.</summary>
    public bool IsColored { get; init; }

    /// <summary>Whether somebody sees <see cref="Output"/> as it is written.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>The streams of this process.</summary>
    public static StackwalkConsole Open(string program) => new()
    {
        Program = program,
        Output = Console.OpenStandardOutput(),
        // Console.Error prepares the terminal first, which takes longer than to explain a small dump.
        Error = new StreamWriter(Console.OpenStandardError()) { AutoFlush = true },
        IsTerminal = !Console.IsOutputRedirected,
        IsColored = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
    };

    public void Dispose()
    {
        Output.Dispose();
        Error.Dispose();
    }
}
