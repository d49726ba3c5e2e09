namespace Socorro.Minidumps.Symbols;

/// <summary>What a symbol file says of the module it describes, in its MODULE and INFO records.</summary>
public sealed record SymbolModule
{
    /// <summary>Such as "windows", "Linux", "mac"; empty when the file has no MODULE record.</summary>
    public string Os { get; init; } = "";

    /// <summary>Such as "x86_64", "arm64".</summary>
    public string Cpu { get; init; } = "";

    public string DebugId { get; init; } = "";

    public string DebugFile { get; init; } = "";

    public string CodeId { get; init; } = "";

    public string CodeFile { get; init; } = "";

    /// <summary>Where a cache got the file from (INFO URL).</summary>
    public string Url { get; init; } = "";

    public string Generator { get; init; } = "";

    public bool IsWindows => Os.Equals("windows", StringComparison.OrdinalIgnoreCase);
}
