namespace Socorro.Minidumps.Symbols.Supply;

/// <summary>Whom a <see cref="SymbolSupply"/> asks, where it puts what it gets, and how long it waits.</summary>
public sealed record SymbolSupplyOptions
{
    /// <summary>Asked in this order.</summary>
    public required IReadOnlyList<SymbolServer> Servers { get; init; }

    /// <summary>Where files are put, laid out as a root of a <see cref="SymbolStore"/>.</summary>
    public required string Folder { get; init; }

    /// <summary>How long it may take to reach a server.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a server may say nothing.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one file may take.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often a request is repeated that failed for a reason that may pass.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>The pause before the first repetition; it doubles with each.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long symbols that no server has are not asked for again.</summary>
    public TimeSpan MissingFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long symbols are not asked for again that a server failed to answer about.</summary>
    public TimeSpan FailedFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Files that are fetched at a time.</summary>
    public int MaxDownloads { get; init; } = 8;

    /// <summary>Bytes of one file, after decompression.</summary>
    public long MaxFileBytes { get; init; } = 4L << 30;

    /// <summary>The clock by which is waited and remembered.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
