using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Images;

/// <summary>
/// A module's own executable or library: its code, the tables by which its system unwinds it, and the functions that it
/// names. It answers as symbol files do. Addresses are relative to its base.
/// </summary>
sealed class ModuleImage : SymbolSource
{
    const int RememberedAnswers = 1024;

    readonly UnwindTable[] _tables;
    readonly Lazy<ImageNames> _names;
    readonly ImageView _view;
    readonly Answer?[] _answers = new Answer?[RememberedAnswers];
    readonly IReadOnlyList<string> _registerNames;

    /// <param name="tables">In the order in which they are asked.</param>
    /// <param name="names">Gathered when the first is asked for.</param>
    public ModuleImage(CpuTraits cpu, ImageIdentity identity, ImageView view, UnwindTable[] tables, Func<ImageNames> names)
    {
        Cpu = cpu;
        Identity = identity;
        _view = view;
        _tables = tables;
        _names = new(names);
        _registerNames = FrameRules.NamesFor(cpu);
        Module = new()
        {
            Os = identity.Format == ImageFormat.Pe ? "windows" : "",
            Cpu = cpu.Name,
            DebugId = identity.DebugId,
            DebugFile = identity.DebugFile,
        };
    }

    public CpuTraits Cpu { get; }

    public ImageIdentity Identity { get; }

    public override SymbolModule Module { get; }

    public override int BadLines => 0;

    public override IReadOnlyList<Problem> Problems => [];

    public override bool HasCfi => _tables.Length > 0;

    public override long Size => 0;

    public override IReadOnlyList<string> RegisterNames => _registerNames;

    /// <summary>
    /// Copies code out of the image. The memory in a dump is to be asked first: it has what was patched while the program ran.
    /// </summary>
    public bool TryReadCode(ulong rva, Span<byte> code) => _view.TryRead(rva, code);

    /// <summary>The rules at an address; false where no table knows any.</summary>
    public bool TryFindRules(ulong rva, bool isInterrupted, out CfiRules rules)
    {
        var answer = rva <= uint.MaxValue ? Ask((uint)rva, isInterrupted) : null;
        rules = answer?.Rules is { } known ? new(this, known) : default;
        return answer?.Rules is not null;
    }

    /// <summary>Whether a table says where the function that covers an address begins and ends.</summary>
    public bool TryFindRange(uint rva, out UnwindEntry entry)
    {
        entry = Ask(rva, isInterrupted: false)?.Entry ?? default;
        return entry.End > entry.Function;
    }

    public override bool TryFindCfi(uint rva, out SourceRules rules)
    {
        rules = Ask(rva, isInterrupted: false)?.Rules ?? default;
        return rules.Program.Length > 0;
    }

    public override bool TryFindPublic(uint rva, out FunctionSymbol symbol)
    {
        TryFindRange(rva, out var entry);
        return _names.Value.TryFind(rva, entry, out symbol);
    }

    public override bool TryFindFunction(uint rva, out FunctionSymbol function)
    {
        function = default;
        return false;
    }

    public override bool TryFindPosition(uint rva, Span<InlineRow> inlines, out SourcePosition position)
    {
        position = default;
        return false;
    }

    public override ReadOnlyMemory<byte> FindFile(uint number) => default;

    public override ReadOnlyMemory<byte> FindOrigin(uint number) => default;

    public override bool TryFindWin(uint rva, out WinFrame frame)
    {
        frame = default;
        return false;
    }

    // The frames of a recursion ask the same again and again. Whoever overwrites another's answer loses nothing but time.
    Answer Ask(uint rva, bool isInterrupted)
    {
        var slot = (int)((rva * 0x9e3779b1u >> 16 ^ (isInterrupted ? 1u : 0)) % RememberedAnswers);
        if (Volatile.Read(ref _answers[slot]) is { } known && known.Rva == rva && known.IsInterrupted == isInterrupted)
            return known;

        var answer = Find(rva, isInterrupted);
        Volatile.Write(ref _answers[slot], answer);
        return answer;
    }

    Answer Find(uint rva, bool isInterrupted)
    {
        var nearest = default(UnwindEntry);
        foreach (var table in _tables)
        {
            if (!table.TryFind(rva, isInterrupted, out var entry))
                continue;

            nearest = entry;
            if (entry.Rules is { } rules)
            {
                var isStart = entry.Start == entry.Function;
                return new(rva, isInterrupted, entry, new((uint)entry.Start, isStart, rules.ToProgram(), rules.IsSignalFrame));
            }
        }

        return new(rva, isInterrupted, nearest, null);
    }

    sealed record Answer(uint Rva, bool IsInterrupted, UnwindEntry Entry, SourceRules? Rules);
}

/// <summary>The formats of executables and libraries.</summary>
enum ImageFormat
{
    Elf,
    Pe,
    MachO,
}

/// <summary>By what an image is known to be the one that a dump speaks of.</summary>
/// <param name="BuildId">ELF: the build id; Mach-O: the UUID; empty when there is none.</param>
/// <param name="TimeDateStamp">PE: of the header.</param>
/// <param name="Size">PE: bytes of the image in memory.</param>
sealed record ImageIdentity(ImageFormat Format, ReadOnlyMemory<byte> BuildId, uint TimeDateStamp = 0, uint Size = 0)
{
    /// <summary>What Breakpad takes for a build id where there is none: the first page of code, folded into 16 bytes.</summary>
    public ReadOnlyMemory<byte> CodeHash { get; init; }

    /// <summary>In Breakpad's form, where the image names its debug file; else empty.</summary>
    public string DebugId { get; init; } = "";

    public string DebugFile { get; init; } = "";
}
