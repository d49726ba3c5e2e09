namespace Socorro.Minidumps.Symbols;

/// <summary>What a symbol file says of the module it describes, in its MODULE and INFO records.</summary>
public sealed record SymbolModule
{
    /// <summary>Such as "windows", "Linux", "mac"; empty when the file has no MODULE record.</summary>
    public string Os { get; init; } = "";

    /// <summary>Such as "x86_64", "arm64".</summary>
    public string Cpu { get; init; } = "";

    /// <summary>In Breakpad's form; empty when the file has no MODULE record.</summary>
    public string DebugId { get; init; } = "";

    /// <summary>The name behind the id; empty when the file has no MODULE record.</summary>
    public string DebugFile { get; init; } = "";

    /// <summary>INFO CODE_ID; empty when there is none.</summary>
    public string CodeId { get; init; } = "";

    /// <summary>The name behind the code id; empty when there is none.</summary>
    public string CodeFile { get; init; } = "";

    /// <summary>Where a cache got the file from (INFO URL).</summary>
    public string Url { get; init; } = "";

    /// <summary>INFO GENERATOR: what wrote the file; empty when it does not say.</summary>
    public string Generator { get; init; } = "";

    /// <summary>Whether the module is one of Windows, whose conventions then hold.</summary>
    public bool IsWindows => Os.Equals("windows", StringComparison.OrdinalIgnoreCase);
}
