using System.Text;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols;

/// <summary>
/// Where a <see cref="SymbolTable"/> looks things up: a finished table, or the text itself with an index over it.
/// All methods are safe to call from several threads.
/// </summary>
abstract class SymbolSource
{
    RegisterMap? _registers;

    public abstract SymbolModule Module { get; }

    public abstract int BadLines { get; }

    public abstract IReadOnlyList<Problem> Problems { get; }

    public abstract bool HasCfi { get; }

    /// <summary>Bytes that it keeps in memory or mapped.</summary>
    public abstract long Size { get; }

    /// <summary>The register names that unwind rules refer to by index.</summary>
    public abstract IReadOnlyList<string> RegisterNames { get; }

    /// <summary>The innermost FUNC that covers an address.</summary>
    public abstract bool TryFindFunction(uint rva, out FunctionSymbol symbol);

    /// <summary>
    /// The innermost FUNC that covers an address, and where in it the address is. The calls that were inlined there come
    /// outermost first; when they do not all fit, they are counted nevertheless.
    /// </summary>
    public abstract bool TryFindPosition(uint rva, Span<InlineRow> inlines, out SourcePosition position);

    /// <summary>The PUBLIC that may be believed at an address, whether or not there is a FUNC.</summary>
    public abstract bool TryFindPublic(uint rva, out FunctionSymbol symbol);

    /// <summary>The name of a file by its number; empty when there is none.</summary>
    public abstract ReadOnlyMemory<byte> FindFile(uint number);

    /// <summary>The name of an inlined function by its number; empty when there is none.</summary>
    public abstract ReadOnlyMemory<byte> FindOrigin(uint number);

    /// <summary>The unwind rules in force at an address.</summary>
    public abstract bool TryFindCfi(uint rva, out SourceRules rules);

    /// <summary>The STACK WIN record that covers an address: frame data if there is any, else FPO.</summary>
    public abstract bool TryFindWin(uint rva, out WinFrame frame);

    /// <summary>Index of the processor's register for each register name of the unwind rules; −1 for names it has not.</summary>
    public ReadOnlySpan<sbyte> MapRegisters(CpuTraits cpu)
    {
        var names = RegisterNames;
        if (_registers is { } known && known.Cpu == cpu && known.Indexes.Length == names.Count)
            return known.Indexes;

        var map = new RegisterMap(cpu, new sbyte[names.Count]);
        for (var i = 0; i < names.Count; i++)
            map.Indexes[i] = (sbyte)cpu.FindRegister(Encoding.UTF8.GetBytes(names[i]));
        _registers = map;
        return map.Indexes;
    }

    sealed record RegisterMap(CpuTraits Cpu, sbyte[] Indexes);
}

/// <summary>A place within a function.</summary>
/// <param name="Line">The line record that covers it; one of no bytes when there is none.</param>
readonly record struct SourcePosition(FunctionSymbol Function, LineRow Line, int InlineCount);

/// <summary>Unwind rules as byte code, from where on they are in force, and whether they are those of an INIT record.</summary>
readonly record struct SourceRules(uint Rva, bool IsInit, ReadOnlyMemory<byte> Program, bool IsSignalFrame = false);
