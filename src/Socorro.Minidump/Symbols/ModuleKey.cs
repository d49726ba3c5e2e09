namespace Socorro.Minidumps.Symbols;

/// <summary>Identifies a module build to a supply of symbols. Any part may be empty when the dump does not have it.</summary>
/// <param name="DebugFile">The debug file's name; a path is cut to its leaf.</param>
/// <param name="DebugId">Breakpad's form: 32 hex digits of the GUID, then the age in hex without padding.</param>
/// <param name="CodeFile">The executable's or library's name; a path is cut to its leaf.</param>
/// <param name="CodeId">Build id, or time stamp and size of a Windows image.</param>
public readonly record struct ModuleKey(string DebugFile, string DebugId, string CodeFile = "", string CodeId = "")
{
    /// <summary>Without its folder.</summary>
    public string DebugFile { get; } = LeafOf(DebugFile);

    /// <summary>Never null.</summary>
    public string DebugId { get; } = DebugId ?? "";

    /// <summary>Without its folder.</summary>
    public string CodeFile { get; } = LeafOf(CodeFile);

    /// <summary>Never null.</summary>
    public string CodeId { get; } = CodeId ?? "";

    /// <summary>The name under which symbols are filed: the debug file, or the code file where there is none (MinGW).</summary>
    public string Leaf => DebugFile.Length > 0 ? DebugFile : CodeFile;

    /// <summary>The leaf without a trailing ".pdb": what ".sym" is appended to.</summary>
    public string Stem => Leaf.EndsWith(".pdb", StringComparison.OrdinalIgnoreCase) ? Leaf[..^4] : Leaf;

    /// <summary>
    /// The spellings of the debug id under which symbols are filed. Dumps give the age in lower case; stores that are filled
    /// by other tools have it in upper case.
    /// </summary>
    public IEnumerable<string> DebugIdSpellings
    {
        get
        {
            const int GuidDigits = 32;
            var id = DebugId;
            if (id.Length <= GuidDigits)
                return [id];

            var guid = id[..GuidDigits].ToUpperInvariant();
            return new[] { id, guid + id[GuidDigits..].ToLowerInvariant(), id.ToUpperInvariant() }.Distinct();
        }
    }

    /// <summary>Both kinds of separator count, whatever system this runs on: dumps come from all of them.</summary>
    static string LeafOf(string? path) => path is null ? "" : path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
}
