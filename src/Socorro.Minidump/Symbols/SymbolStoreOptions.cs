namespace Socorro.Minidumps.Symbols;

/// <summary>Where a <see cref="SymbolStore"/> looks, and how much it may keep.</summary>
public sealed record SymbolStoreOptions
{
    /// <summary>
    /// Folders laid out as "leaf/ID/stem.sym", and symbol files given directly, in the order in which they are tried.
    /// </summary>
    public required IReadOnlyList<string> Roots { get; init; }

    /// <summary>Where compiled tables are kept between runs; null to compile a text each time.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>
    /// Whether a large text, once an index over it answers, is compiled into a table in the background, for a process that lives
    /// on; else <see cref="SymbolStore.FinishTablesAsync"/> does it, when the report of a process that will end is out.
    /// </summary>
    public bool CompilesInBackground { get; init; } = true;

    /// <summary>Bytes from which on a text is large.</summary>
    public long LargeText { get; init; } = 256 << 10;

    /// <summary>Bytes of compiled tables in <see cref="CacheFolder"/>.</summary>
    public long MaxCacheBytes { get; init; } = 4L << 30;

    /// <summary>Bytes of tables that are kept open for the next asker.</summary>
    public long MaxOpenBytes { get; init; } = 1L << 30;

    /// <summary>
    /// Modules whose search is remembered, those asked for last: hostile dumps name any number that nobody ever built.
    /// </summary>
    public int MaxRemembered { get; init; } = 65_536;

    /// <summary>How long symbols that were not found are not looked for again.</summary>
    public TimeSpan MissingFor { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The clock by which answers grow old.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
