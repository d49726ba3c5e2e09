using System.Globalization;
using System.Text;
using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Symbols;

/// <summary>
/// The symbols of one module: functions, lines, inlines and unwind rules by address. Immutable and safe to share between
/// threads. Addresses are relative to the module's base.
/// </summary>
public sealed class SymbolTable
{
    readonly List<Function> _functions = [];
    readonly List<Function> _publics = [];
    readonly List<CfiRow> _cfi = [];
    readonly List<WinFrame> _frameData = [];
    readonly List<WinFrame> _fpo = [];
    readonly CfiCompiler _compiler = new();
    RegisterMap? _registers;

    SymbolTable()
    {
    }

    public SymbolModule Module { get; private set; } = new();

    /// <summary>Some records could not be read; what could be is in use.</summary>
    public bool IsCorrupt => BadLines > 0;

    public int BadLines { get; private set; }

    /// <summary>The first of the bad lines, each with its number.</summary>
    public IReadOnlyList<Problem> Problems { get; private set; } = [];

    /// <summary>Whether there are STACK CFI records.</summary>
    public bool HasCfi => _cfi.Count > 0;

    public bool IsWindows => Module.IsWindows;

    internal IReadOnlyList<string> RegisterNames => _compiler.Names;

    /// <summary>
    /// Builds a table from the text of a symbol file. Null, with a problem that says why, when the text is not a symbol
    /// file at all.
    /// </summary>
    public static SymbolTable? Parse(ReadOnlyMemory<byte> text, out Problem problem)
    {
        var table = new SymbolTable();
        problem = default;
        return table.Read(text) ? table : Refuse(out problem);

        static SymbolTable? Refuse(out Problem problem)
        {
            problem = new("symbol file", "has no record of a symbol file");
            return null;
        }
    }

    /// <summary>
    /// Finds everything about an address in one go. Inlines come deepest first; those beyond the span's end are counted but
    /// not given.
    /// </summary>
    public bool TryFind(ulong rva, Span<InlineSymbol> inlines, out SymbolHit hit)
    {
        hit = default;
        if (!TryFindFunction(rva, out var function))
            return false;

        var source = TryFindLine(rva, out var line) ? line : new SourceLine { File = default, Line = 0, Rva = rva };
        var owner = _functions.Find(f => f.Symbol.Rva == function.Rva);
        var chain = new List<Inline>();
        while (!function.IsPublic && owner!.Inlines.Find(i => i.Depth == chain.Count && rva - i.Rva < i.Size) is { } next)
            chain.Add(next);

        var (file, number) = (source.File, source.Line);
        for (var depth = chain.Count - 1; depth >= 0; depth--)
        {
            if (chain.Count - 1 - depth < inlines.Length)
            {
                inlines[chain.Count - 1 - depth] = new()
                {
                    Name = chain[depth].Name,
                    Rva = chain[depth].Rva,
                    File = file,
                    Line = number,
                };
            }

            (file, number) = (chain[depth].File, chain[depth].Line);
        }

        hit = new() { Function = function, File = file, Line = number, InlineCount = chain.Count };
        return true;
    }

    /// <summary>The function that covers an address: a FUNC, or else a PUBLIC within the bounds of its belief.</summary>
    public bool TryFindFunction(ulong rva, out FunctionSymbol function)
    {
        var found = _functions.FindLast(f => rva - f.Symbol.Rva < f.Symbol.Size)
            ?? _publics.FindLast(f => rva >= f.Symbol.Rva && rva - f.Symbol.Rva < f.Symbol.Size);
        function = found?.Symbol ?? default;
        return found is not null;
    }

    /// <summary>The line record that covers an address: the position in the innermost function, inlines counted.</summary>
    public bool TryFindLine(ulong rva, out SourceLine line)
    {
        line = default;
        var function = _functions.FindLast(f => rva - f.Symbol.Rva < f.Symbol.Size);
        var index = function?.Lines.FindIndex(l => rva - l.Line.Rva < l.Size) ?? -1;
        if (index >= 0)
            line = function!.Lines[index].Line;
        return index >= 0;
    }

    /// <summary>The STACK CFI rules in force at an address.</summary>
    public bool TryFindCfi(ulong rva, out CfiRules rules)
    {
        var row = _cfi.FindLast(r => rva >= r.Rva && rva < r.End);
        rules = row is null ? default : new(this, row.Program, row.Rva, row.IsInit);
        return row is not null;
    }

    /// <summary>The STACK WIN record that covers an address: frame data if there is any, else FPO.</summary>
    public bool TryFindWin(ulong rva, out WinFrame frame)
    {
        var index = _frameData.FindLastIndex(f => rva - f.Rva < f.Size);
        var fpo = _fpo.FindLastIndex(f => rva - f.Rva < f.Size);
        frame = index >= 0 ? _frameData[index] : fpo >= 0 ? _fpo[fpo] : default;
        return index >= 0 || fpo >= 0;
    }

    /// <summary>Index of the processor's register for each register name of the unwind rules; −1 for names it has not.</summary>
    internal ReadOnlySpan<sbyte> MapRegisters(CpuTraits cpu)
    {
        if (_registers is { } map && map.Cpu == cpu)
            return map.Indexes;

        map = new(cpu, [.. RegisterNames.Select(name => (sbyte)cpu.FindRegister(Encoding.Latin1.GetBytes(name)))]);
        _registers = map;
        return map.Indexes;
    }

    bool Read(ReadOnlyMemory<byte> text)
    {
        var files = new Dictionary<uint, ReadOnlyMemory<byte>>();
        var origins = new Dictionary<uint, ReadOnlyMemory<byte>>();
        var inits = new List<(ulong Rva, ulong Size, string Rules, List<(ulong Rva, string Rules)> Deltas)>();
        var problems = new List<Problem>();
        Function? function = null;
        var number = 0;
        while (!text.IsEmpty)
        {
            number++;
            var end = text.Span.IndexOf((byte)'\n');
            var line = Encoding.Latin1.GetString((end < 0 ? text : text[..end]).Span).TrimEnd('\r');
            text = end < 0 ? default : text[(end + 1)..];
            if (line.Length == 0)
                continue;

            try
            {
                ReadLine(line);
            }
            catch (Exception e) when (e is FormatException or OverflowException or IndexOutOfRangeException)
            {
                BadLines++;
                if (problems.Count < 10)
                    problems.Add(new($"line {number}", "is not a record"));
            }
        }

        foreach (var (rva, size, rules, deltas) in inits)
            AddCfi(rva, size, rules, deltas);
        Sort();
        Problems = problems;
        return number > BadLines;

        void ReadLine(string line)
        {
            var f = line.Split(' ');
            switch (f[0])
            {
                case "MODULE":
                    f = line.Split(' ', 5);
                    Module = Module with { Os = f[1], Cpu = f[2], DebugId = f[3], DebugFile = f[4] };
                    break;
                case "INFO":
                    if (f.Length > 2 && f[1] == "CODE_ID")
                        Module = Module with { CodeId = f[2], CodeFile = line.Split(' ', 4).ElementAtOrDefault(3) ?? "" };
                    if (f.Length > 2 && f[1] == "URL")
                        Module = Module with { Url = line.Split(' ', 3)[2] };
                    break;
                case "FILE":
                    files[uint.Parse(f[1], CultureInfo.InvariantCulture)] = Bytes(line.Split(' ', 3)[2]);
                    break;
                case "INLINE_ORIGIN":
                    origins[uint.Parse(f[1], CultureInfo.InvariantCulture)] =
                        Bytes(line.Split(' ', 3).ElementAtOrDefault(2) ?? "");
                    break;
                case "FUNC":
                case "PUBLIC":
                    ReadFunction(line, f);
                    break;
                case "INLINE":
                    for (var i = 5; i + 1 < f.Length && f.Length % 2 == 1; i += 2)
                    {
                        function?.Inlines.Add(new(
                            int.Parse(f[1], CultureInfo.InvariantCulture),
                            Hex(f[i]),
                            Hex(f[i + 1]),
                            origins.GetValueOrDefault(uint.Parse(f[4], CultureInfo.InvariantCulture)),
                            files.GetValueOrDefault(uint.Parse(f[3], CultureInfo.InvariantCulture)),
                            uint.Parse(f[2], CultureInfo.InvariantCulture)));
                    }

                    break;
                case "STACK":
                    ReadStack(line, f);
                    break;
                default:
                    var row = new SourceLine
                    {
                        Rva = Hex(f[0]),
                        Line = uint.Parse(f[2], CultureInfo.InvariantCulture),
                        File = files.GetValueOrDefault(uint.Parse(f[3], CultureInfo.InvariantCulture)),
                    };
                    function?.Lines.Add((row, Hex(f[1])));
                    break;
            }
        }

        void ReadFunction(string line, string[] f)
        {
            var m = f[1] == "m" ? 1 : 0;
            var isPublic = f[0] == "PUBLIC";
            var fixedFields = (isPublic ? 3 : 4) + m;
            var symbol = new FunctionSymbol
            {
                Rva = Hex(f[1 + m]),
                Size = isPublic ? 0 : Hex(f[2 + m]),
                ParameterSize = (uint)Hex(f[(isPublic ? 2 : 3) + m]),
                Name = Bytes(line.Split(' ', fixedFields + 1).ElementAtOrDefault(fixedFields) ?? ""),
                IsPublic = isPublic,
                IsMultiple = m == 1,
            };
            function = new(symbol);
            (isPublic ? _publics : _functions).Add(function);
        }

        void ReadStack(string line, string[] f)
        {
            if (f[1] == "CFI" && f[2] == "INIT")
            {
                inits.Add((Hex(f[3]), Hex(f[4]), line.Split(' ', 6)[5], []));
            }
            else if (f[1] == "CFI")
            {
                inits[^1].Deltas.Add((Hex(f[2]), line.Split(' ', 4)[3]));
            }
            else if (f[1] == "WIN")
            {
                var hasProgram = f[11] == "1";
                var frame = new WinFrame
                {
                    Rva = Hex(f[3]),
                    Size = (uint)Hex(f[4]),
                    PrologueSize = (uint)Hex(f[5]),
                    EpilogueSize = (uint)Hex(f[6]),
                    ParameterSize = (uint)Hex(f[7]),
                    SavedRegisterSize = (uint)Hex(f[8]),
                    LocalSize = (uint)Hex(f[9]),
                    MaxStackSize = (uint)Hex(f[10]),
                    HasProgram = hasProgram,
                    Program = hasProgram ? Bytes(line.Split(' ', 13)[12]) : default,
                    AllocatesBasePointer = !hasProgram && f[12] == "1",
                };
                if (hasProgram == (f[2] == "4"))
                    (hasProgram ? _frameData : _fpo).Add(frame);
            }
        }
    }

    void AddCfi(ulong rva, ulong size, string init, List<(ulong Rva, string Rules)> deltas)
    {
        var rows = new List<(ulong Rva, string Rules)> { (rva, init) };
        rows.AddRange(deltas.OrderBy(d => d.Rva));
        for (var i = 0; i < rows.Count; i++)
        {
            if (i == 0)
                _compiler.Begin(Bytes(init).Span);
            else
                _compiler.Merge(Bytes(rows[i].Rules).Span);
            var program = new List<byte>();
            _compiler.Emit(program);
            var end = i + 1 < rows.Count ? rows[i + 1].Rva : rva + size;
            _cfi.Add(new(rows[i].Rva, Math.Min(end, rva + size), i == 0, program.ToArray()));
        }
    }

    void Sort()
    {
        _functions.Sort((a, b) => a.Symbol.Rva.CompareTo(b.Symbol.Rva));
        _publics.Sort((a, b) => a.Symbol.Rva.CompareTo(b.Symbol.Rva));
        for (var i = 0; i < _publics.Count; i++)
        {
            var symbol = _publics[i].Symbol;
            var end = symbol.Rva + 65_536;
            if (i + 1 < _publics.Count)
                end = Math.Min(end, _publics[i + 1].Symbol.Rva);
            if (_functions.Find(f => f.Symbol.Rva > symbol.Rva) is { } next)
                end = Math.Min(end, next.Symbol.Rva);
            _publics[i] = new(symbol with { Size = end - symbol.Rva });
        }
    }

    static ReadOnlyMemory<byte> Bytes(string text) => Encoding.Latin1.GetBytes(text);

    static ulong Hex(string text) => ulong.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    sealed record RegisterMap(CpuTraits Cpu, sbyte[] Indexes);

    sealed class Function(FunctionSymbol symbol)
    {
        public FunctionSymbol Symbol => symbol;

        public List<(SourceLine Line, ulong Size)> Lines { get; } = [];

        public List<Inline> Inlines { get; } = [];
    }

    sealed record Inline(
        int Depth, ulong Rva, ulong Size, ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> File, uint Line);

    sealed record CfiRow(ulong Rva, ulong End, bool IsInit, ReadOnlyMemory<byte> Program);
}
