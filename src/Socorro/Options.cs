namespace Socorro;

/// <summary>
/// All settings of one process. Each has a default that works on a laptop; <c>socorro config</c> prints them with where
/// each value came from: a flag, the environment (SOCORRO_ and the name), or the default.
/// </summary>
public sealed record Options
{
    /// <summary>Where everything is kept.</summary>
    public string Data { get; init; } = "data";

    /// <summary>Where to listen.</summary>
    public string Url { get; init; } = "http://127.0.0.1:8000";

    /// <summary>Folders of Breakpad symbol files, searched in order.</summary>
    public IReadOnlyList<string> Symbols { get; init; } = [];

    /// <summary>Crashes processed at a time; 0 for as many as there are cores.</summary>
    public int Workers { get; init; }
}
