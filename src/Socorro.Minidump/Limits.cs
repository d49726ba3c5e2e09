namespace Socorro.Minidumps;

/// <summary>
/// Bounds on what is read from hostile bytes. Beyond a limit the reader keeps what fits and notes a
/// <see cref="Problem"/>; it never refuses a dump for being large.
/// </summary>
public sealed record Limits
{
    /// <summary>Bounds that real dumps keep, and that hold what hostile ones cost.</summary>
    public static Limits Default { get; } = new();

    /// <summary>Entries of the directory.</summary>
    public int MaxStreams { get; init; } = 4096;

    /// <summary>Threads of one dump.</summary>
    public int MaxThreads { get; init; } = 65_536;

    /// <summary>Modules, and unloaded modules, each.</summary>
    public int MaxModules { get; init; } = 65_536;

    /// <summary>Entries of each list of memory and of each map.</summary>
    public int MaxMemoryRegions { get; init; } = 1_000_000;

    /// <summary>UTF-16 units or UTF-8 bytes in one string.</summary>
    public int MaxStringLength { get; init; } = 65_536;

    /// <summary>
    /// Bytes in all strings together: any number of records can point to the same long string.
    /// </summary>
    public int MaxTotalText { get; init; } = 32 << 20;

    /// <summary>Bytes read of a stream that is one text.</summary>
    public int MaxText { get; init; } = 16 << 20;

    /// <summary>Bytes in one CodeView or miscellaneous debug record.</summary>
    public int MaxDebugRecord { get; init; } = 65_536;

    /// <summary>Bytes of extended processor state behind a context.</summary>
    public int MaxExtendedState { get; init; } = 65_536;

    /// <summary>Annotations of all lists together, handles, function tables.</summary>
    public int MaxListEntries { get; init; } = 65_536;

    /// <summary>Records of macOS crash information: the format has room for no more.</summary>
    public int MaxMacRecords { get; init; } = 20;

    /// <summary>Frames kept of one thread.</summary>
    public int MaxFrames { get; init; } = 1 << 20;

    /// <summary>Frames of one thread that scanning may find.</summary>
    public int MaxScannedFrames { get; init; } = 1 << 14;

    /// <summary>Frames of all threads together.</summary>
    public int MaxTotalFrames { get; init; } = 4_000_000;

    /// <summary>How long one walk may take before it ends with a partial report.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);
}
