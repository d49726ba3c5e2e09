using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Unwinding;

/// <summary>A module as the walk sees it. Its symbols are opened when the first address in it is asked for.</summary>
/// <param name="name">File name without its folder.</param>
/// <param name="isMain">The program, as against its libraries.</param>
/// <param name="open">Finds the module's symbols; null when there are none.</param>
sealed class CodeModule(string name, ulong start, ulong end, bool isMain, Func<SymbolTable?> open)
{
    bool _isOpen;

    public string Name => name;

    public ulong Start => start;

    public ulong End => end;

    public bool IsMain => isMain;

    /// <summary>The symbols; null when there are none, or nobody has asked yet.</summary>
    public SymbolTable? Symbols { get; private set; }

    public SymbolTable? Open()
    {
        if (!_isOpen)
        {
            Symbols = open();
            _isOpen = true;
        }

        return Symbols;
    }
}

/// <summary>
/// Tells of code addresses what modules and symbols say. What was found is kept for a while, so that the frames of a recursion
/// are looked up once. Not safe to share between threads.
/// </summary>
sealed class CodeMap(CodeModule[] modules, AddressIndex index, UnloadedIndex? unloaded = null)
{
    const int MaxInlines = 64;

    /// <summary>More addresses than any recursion has. Most frames of a stack without one have an address of their own.</summary>
    const int MaxRemembered = 1 << 14;

    readonly Dictionary<ulong, CodeLocation> _locations = [];
    readonly InlineSymbol[] _inlines = new InlineSymbol[MaxInlines];

    // Most words that a scan tries are outside all modules: these two bounds turn them away.
    readonly ulong _lowest = modules.Length == 0 ? ulong.MaxValue : modules.Min(module => module.Start);
    readonly ulong _highest = modules.Length == 0 ? 0 : modules.Max(module => module.End);

    public IReadOnlyList<CodeModule> Modules => modules;

    /// <summary>The first address above all modules.</summary>
    public ulong Highest => _highest;

    /// <summary>Index of the module that an address is in; −1 for none.</summary>
    public int FindModule(ulong address) => address < _lowest || address >= _highest ? -1 : index.Find(address);

    /// <summary>Everything that is known of an address.</summary>
    public CodeLocation Locate(ulong address)
    {
        if (!_locations.TryGetValue(address, out var location))
        {
            location = Resolve(address);
            if (_locations.Count == MaxRemembered)
                _locations.Clear();
            _locations.Add(address, location);
        }

        return location;
    }

    /// <summary>The unwind rules of the symbol file that covers an address.</summary>
    public bool TryFindCfi(CodeLocation location, out CfiRules rules)
    {
        rules = default;
        return location.Module >= 0
            && modules[location.Module].Open() is { } symbols
            && symbols.TryFindCfi(location.ModuleOffset, out rules);
    }

    /// <summary>The STACK WIN record that covers an address.</summary>
    public bool TryFindWin(CodeLocation location, out WinFrame frame)
    {
        frame = default;
        return location.Module >= 0
            && modules[location.Module].Open() is { } symbols
            && symbols.TryFindWin(location.ModuleOffset, out frame);
    }

    /// <summary>
    /// Whether a call may end where an address in a module is, as far as its symbols tell. Nothing is kept of the answer:
    /// scans ask about far more addresses than turn out to be frames.
    /// </summary>
    public bool MayFollowCall(ulong address)
    {
        var module = modules[FindModule(address - 1)];
        if (module.Open() is not { } symbols)
            return true;

        // Symbols of system libraries name few functions, and how far a name reaches is a guess; but they have unwind rules
        // for nearly all code.
        var offset = address - 1 - module.Start;
        var isNamed = symbols.TryFindFunction(offset, out var function) && !function.Name.IsEmpty;
        if (symbols.HasCfi && (!isNamed || function.IsPublic))
            return symbols.TryFindCfi(offset, out _);

        var isStart = symbols.TryFindFunction(offset + 1, out var next) && next.Rva == offset + 1;
        return isNamed && !isStart;
    }

    CodeLocation Resolve(ulong address)
    {
        var module = FindModule(address);
        if (module < 0)
            return new() { Address = address, Unloaded = unloaded?.Find(address) ?? [] };

        var start = modules[module].Start;
        var offset = address - start;
        var symbols = modules[module].Open();
        if (symbols is null || !symbols.TryFind(offset, _inlines, out var hit) || hit.Function.Name.IsEmpty)
            return new() { Address = address, Module = module, ModuleOffset = offset, Symbols = symbols };

        return new()
        {
            Address = address,
            Module = module,
            ModuleOffset = offset,
            Symbols = symbols,
            FunctionUtf8 = hit.Function.Name,
            FunctionBase = start + hit.Function.Rva,
            FunctionSize = hit.Function.Size,
            ParameterSize = hit.Function.ParameterSize,
            IsMultiple = hit.Function.IsMultiple,
            FileUtf8 = hit.File,
            Line = hit.Line,
            InlineSymbols = _inlines[..Math.Min(hit.InlineCount, MaxInlines)],
            Bottom = StackBottoms.Default.Find(hit.Function.Name.Span, modules[module].Name),
        };
    }
}
