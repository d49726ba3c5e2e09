namespace Socorro.Minidumps.Symbols.Supply;

/// <summary>How a server files its symbols.</summary>
public enum SymbolLayout
{
    /// <summary>"leaf/ID/stem.sym", as Tecken and the folders of Breakpad's own tools.</summary>
    Breakpad,

    /// <summary>The same in lower case, as Microsoft's Simple Symbol Query Protocol wants keys.</summary>
    Ssqp,

    /// <summary>The same, perhaps compressed as "stem.sy_", as symstore.exe files it.</summary>
    Symstore,
}

/// <summary>A place on the web that symbols are asked of.</summary>
/// <param name="Address">What the path of a symbol file is appended to.</param>
/// <param name="Layout">How the server files its symbols.</param>
public sealed record SymbolServer(Uri Address, SymbolLayout Layout = SymbolLayout.Breakpad)
{
    /// <summary>
    /// The addresses at which a module's symbols can be, in the order in which they are asked. What the module is called
    /// besides goes along as a query, so that a server can note or fetch what it misses.
    /// </summary>
    public IEnumerable<Uri> AddressesOf(ModuleKey key)
    {
        var query = key.CodeFile.Length > 0 && key.CodeId.Length > 0
            ? $"?code_file={Uri.EscapeDataString(key.CodeFile)}&code_id={Uri.EscapeDataString(key.CodeId)}"
            : "";
        var file = Layout == SymbolLayout.Ssqp ? key.Stem.ToLowerInvariant() : key.Stem;
        var leaf = Layout == SymbolLayout.Ssqp ? key.Leaf.ToLowerInvariant() : key.Leaf;
        foreach (var id in Layout == SymbolLayout.Ssqp ? [key.DebugId.ToLowerInvariant()] : key.DebugIdSpellings)
        {
            yield return Resolve($"{Escape(leaf)}/{Escape(id)}/{Escape(file)}.sym{query}");
            if (Layout == SymbolLayout.Symstore)
                yield return Resolve($"{Escape(leaf)}/{Escape(id)}/{Escape(file)}.sy_{query}");
        }
    }

    /// <summary>
    /// Where a server that knows modules by their code ids tells, by a redirect, which debug file and id are meant.
    /// </summary>
    public Uri AddressByCode(ModuleKey key)
    {
        var stem = key.CodeFile.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? key.CodeFile[..^4] : key.CodeFile;
        return Resolve($"{Escape(key.CodeFile)}/{Escape(key.CodeId)}/{Escape(stem)}.sym");
    }

    Uri Resolve(string path)
    {
        var address = Address.AbsoluteUri;
        return new((address.EndsWith('/') ? address : address + "/") + path);
    }

    static string Escape(string segment) => Uri.EscapeDataString(segment);
}
