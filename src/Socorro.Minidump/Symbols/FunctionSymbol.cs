namespace Socorro.Minidumps.Symbols;

/// <summary>
/// The function that covers an address. Names are UTF-8 as the symbol file has them; holding one keeps its table alive.
/// </summary>
public readonly record struct FunctionSymbol
{
    /// <summary>May be empty: some converters write functions without a name.</summary>
    public required ReadOnlyMemory<byte> Name { get; init; }

    /// <summary>Where the function begins, relative to its module's base.</summary>
    public required ulong Rva { get; init; }

    /// <summary>Bytes of the function; for a PUBLIC symbol, up to where it may be believed.</summary>
    public required ulong Size { get; init; }

    /// <summary>Bytes of parameters that the callee pops on 32-bit x86.</summary>
    public uint ParameterSize { get; init; }

    /// <summary>Known by its entry address alone: no lines, no inlines, and a size that is a guess.</summary>
    public bool IsPublic { get; init; }

    /// <summary>Identical code was folded here, so the name is one of several and may be the wrong one.</summary>
    public bool IsMultiple { get; init; }
}

/// <summary>The source line that an address was compiled from.</summary>
public readonly record struct SourceLine
{
    /// <summary>As the compiler was given it, in UTF-8; empty when not known.</summary>
    public required ReadOnlyMemory<byte> File { get; init; }

    /// <summary>1 is the first line; 0 means that the compiler gave none.</summary>
    public required uint Line { get; init; }

    /// <summary>Where the line's code begins, relative to its module's base.</summary>
    public required ulong Rva { get; init; }
}

/// <summary>A function that was inlined into the one that covers an address, and where in its source the address is.</summary>
public readonly record struct InlineSymbol
{
    /// <summary>Empty when the symbol file refers to an origin that it does not hold.</summary>
    public required ReadOnlyMemory<byte> Name { get; init; }

    /// <summary>Where the inlined code begins, relative to its module's base.</summary>
    public required ulong Rva { get; init; }

    /// <summary>The file being executed in this function: its own line, or its call of the next deeper one.</summary>
    public ReadOnlyMemory<byte> File { get; init; }

    /// <summary>The line in <see cref="File"/>; 0 when not known.</summary>
    public uint Line { get; init; }
}

/// <summary>Everything that symbols tell of one address: the function, its own source position, and how many inlines.</summary>
public readonly record struct SymbolHit
{
    /// <summary>The function that covers the address, inlined calls left aside.</summary>
    public required FunctionSymbol Function { get; init; }

    /// <summary>The function's own file: that of its line, or of its call of the outermost inline. Empty when not known.</summary>
    public ReadOnlyMemory<byte> File { get; init; }

    /// <summary>The line in <see cref="File"/>; 0 when not known.</summary>
    public uint Line { get; init; }

    /// <summary>How many inlines stand above the function, whether or not they fitted the caller's span.</summary>
    public int InlineCount { get; init; }
}
