namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>
/// The sections of a symbol table. "Blobs" are addressed by offset and have their length in front; "pages" is an index over
/// the section in front of it; rows are of fixed size, all their fields 32 bits wide. See docs/symbols.md.
/// </summary>
enum TableSection
{
    /// <summary>Blobs one behind the other: the texts of <see cref="SymbolModule"/>, then the problems.</summary>
    Module,

    /// <summary>
    /// Blobs: every name once, and the lines and inlines of a function next to its name, so that a lookup meets them together.
    /// It is the first section of the file.
    /// </summary>
    Blobs,

    /// <summary>Rows by number: number, name.</summary>
    Files,

    /// <summary>Rows by number: number, name.</summary>
    Origins,

    /// <summary>Rows by address: <see cref="FunctionRow"/>.</summary>
    Functions,

    /// <summary>Rows by address: where, going up, another function becomes the innermost one; its index.</summary>
    FunctionPieces,
    FunctionPages,

    /// <summary>Rows by address: <see cref="PublicRow"/>.</summary>
    Publics,
    PublicPages,

    /// <summary>Rows by address: start, size, blob of an INIT record with its rows.</summary>
    CfiBlocks,
    CfiPages,

    /// <summary>Blobs: sets of rules by address within an INIT record's range.</summary>
    CfiRows,

    /// <summary>Blob offset by number of the rule set.</summary>
    RuleSets,

    /// <summary>Blobs: byte code, then the names of registers.</summary>
    RulePrograms,

    /// <summary>Name by number of the register name.</summary>
    RegisterNames,

    /// <summary>Rows: <see cref="WinRow"/>.</summary>
    WinFrames,

    /// <summary>Rows by address: where another frame data record becomes the innermost one; its index.</summary>
    FrameDataPieces,

    /// <summary>The same for FPO records.</summary>
    FpoPieces,

    /// <summary>64-bit checksums of the file's blocks in front of this section.</summary>
    Checksums,
}

/// <summary>Where a section is in the file.</summary>
/// <param name="Offset">Bytes from the file's start.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Shift">Of a page index: how many low bits of an address are within a page.</param>
readonly record struct SectionEntry(uint Offset, uint Length, int Shift);
