using Socorro.Minidumps.Images;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Unwinding;

/// <summary>A module as the walk sees it. Its symbols are opened when the first address in it is asked for.</summary>
/// <param name="name">File name without its folder.</param>
/// <param name="isMain">The program, as against its libraries.</param>
/// <param name="open">Finds the module's symbols; null when there are none.</param>
/// <param name="openImage">Finds the module itself; null when neither its file nor its memory is there.</param>
sealed class CodeModule(
    string name, ulong start, ulong end, bool isMain, Func<SymbolTable?> open, Func<ModuleImage?>? openImage = null)
{
    bool _isOpen;
    bool _isImageOpen;
    ModuleImage? _image;

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

    public ModuleImage? OpenImage()
    {
        if (!_isImageOpen && openImage is not null)
            _image = openImage();
        _isImageOpen = true;
        return _image;
    }
}

/// <summary>
/// Tells of code addresses what modules and symbols say. What was found is kept for a while, so that the frames of a recursion
/// are looked up once. Not safe to share between threads.
/// </summary>
sealed class CodeMap(CodeModule[] modules, AddressIndex index, UnloadedIndex? unloaded = null, GeneratedCode? generated = null)
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
    public static bool TryFindCfi(CodeLocation location, out CfiRules rules)
    {
        rules = default;
        return location.Symbols is { } symbols && symbols.TryFindCfi(location.SymbolOffset, out rules);
    }

    /// <summary>The unwind rules of the module itself, or of generated code, that cover an address.</summary>
    public bool TryFindImageRules(CodeLocation location, bool isInterrupted, out CfiRules rules)
    {
        rules = default;
        if (location.Module < 0)
            return generated is not null && generated.TryFindRules(location.Address, isInterrupted, out rules);

        return modules[location.Module].OpenImage() is { } image
            && image.TryFindRules(location.ModuleOffset, isInterrupted, out rules);
    }

    /// <summary>Whether unwind data was registered for an address outside all modules.</summary>
    public bool IsGenerated(ulong address) => generated is not null && generated.Covers(address);

    /// <summary>Copies the code of a module out of its file.</summary>
    public bool TryReadCode(ulong address, Span<byte> code) =>
        FindModule(address) is >= 0 and var module
        && modules[module].OpenImage() is { } image
        && image.TryReadCode(address - modules[module].Start, code);

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
        if (FindModule(address - 1) is not (>= 0 and var index))
            return true;

        var module = modules[index];
        if (module.Open() is not { } symbols)
            return MayFollowCallIn(module, address - 1 - module.Start);

        // Symbols of system libraries name few functions, and how far a name reaches is a guess; but they have unwind rules
        // for nearly all code.
        var offset = address - 1 - module.Start;
        var isNamed = symbols.TryFindFunction(offset, out var function) && !function.Name.IsEmpty;
        if (symbols.HasCfi && (!isNamed || function.IsPublic))
            return symbols.TryFindCfi(offset, out _);

        var isStart = symbols.TryFindFunction(offset + 1, out var next) && next.Rva == offset + 1;
        return isNamed && !isStart;
    }

    // Where a table describes functions at all, it describes those that make calls.
    static bool MayFollowCallIn(CodeModule module, ulong offset) =>
        module.OpenImage() is not { HasCfi: true } image
        || offset <= uint.MaxValue && image.TryFindRange((uint)offset, out _);

    CodeLocation Resolve(ulong address)
    {
        var index = FindModule(address);
        if (index < 0)
            return ResolveUnloaded(address);

        var module = modules[index];
        var offset = address - module.Start;
        var symbols = module.Open();
        return TryFindIn(symbols, offset, out var hit) || TryFindInImage(module, offset, out hit)
            ? Create(address, index, offset, symbols, hit, StackBottoms.Default.Find(hit.Function.Name.Span, module.Name), [])
            : new() { Address = address, Module = index, ModuleOffset = offset, SymbolOffset = offset, Symbols = symbols };
    }

    // Where several modules were at times, nobody knows whose the address is.
    CodeLocation ResolveUnloaded(ulong address)
    {
        var hits = unloaded?.Find(address) ?? [];
        var offset = hits is [{ Offsets: [var only] }] ? only : 0;
        var symbols = offset > 0 ? unloaded?.Open(address) : null;
        return TryFindIn(symbols, offset, out var hit)
            ? Create(address, -1, offset, symbols, hit, null, hits)
            : new() { Address = address, SymbolOffset = offset, Symbols = symbols, Unloaded = hits };
    }

    bool TryFindIn(SymbolTable? symbols, ulong offset, out SymbolHit hit)
    {
        hit = default;
        return symbols is not null && symbols.TryFind(offset, _inlines, out hit) && !hit.Function.Name.IsEmpty;
    }

    // The names in the module itself are the last resort: they have no lines, and are spelled as linkers do.
    static bool TryFindInImage(CodeModule module, ulong offset, out SymbolHit hit)
    {
        hit = default;
        if (offset > uint.MaxValue || module.OpenImage() is not { } image || !image.TryFindPublic((uint)offset, out var function))
            return false;

        hit = new() { Function = function };
        return true;
    }

    CodeLocation Create(
        ulong address, int module, ulong offset, SymbolTable? symbols, SymbolHit hit, Bottom? bottom, IReadOnlyList<UnloadedHit> hits) =>
        new()
        {
            Address = address,
            Module = module,
            ModuleOffset = module < 0 ? 0 : offset,
            SymbolOffset = offset,
            Symbols = symbols,
            FunctionUtf8 = hit.Function.Name,
            FunctionBase = address - offset + hit.Function.Rva,
            FunctionSize = hit.Function.Size,
            ParameterSize = hit.Function.ParameterSize,
            IsMultiple = hit.Function.IsMultiple,
            FileUtf8 = hit.File,
            Line = hit.Line,
            InlineSymbols = _inlines[..Math.Min(hit.InlineCount, MaxInlines)],
            Bottom = bottom,
            Unloaded = hits,
        };
}
