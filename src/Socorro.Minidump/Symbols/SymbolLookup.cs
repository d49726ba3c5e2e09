namespace Socorro.Minidumps.Symbols;

/// <summary>The answer to a search for a module's symbols, with the search itself for those who ask why.</summary>
public sealed record SymbolLookup
{
    /// <summary>Null when no symbols were found.</summary>
    public SymbolTable? Table { get; init; }

    /// <summary>How long the search took, reading the symbols included.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>The places that were tried, in order, and what each said.</summary>
    public IReadOnlyList<LookupAttempt> Attempts { get; init; } = [];
}

/// <summary>One place where symbols were looked for.</summary>
/// <param name="Place">A path or URL.</param>
/// <param name="Answer">What was found there, such as "is not there" or "is of another build".</param>
public readonly record struct LookupAttempt(string Place, string Answer);
