using System.Text;
using Socorro.Minidumps.Demangling;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Unwinding;

/// <summary>
/// What is known of one code address: module, function, source line, inlined calls. Frames with the same address share
/// one. Names stay UTF-8 until somebody asks for text.
/// </summary>
public sealed class CodeLocation
{
    internal static readonly CodeLocation Nowhere = new() { Address = 0 };

    /// <summary>The address that this is about.</summary>
    public required ulong Address { get; init; }

    /// <summary>Index of the module in the dump's list; −1 when the address is in none.</summary>
    public int Module { get; init; } = -1;

    /// <summary>The address relative to its module's base; 0 outside modules.</summary>
    public ulong ModuleOffset { get; init; }

    /// <summary>Whether the module's symbols were there to be asked.</summary>
    public bool HasSymbols => Symbols is not null;

    /// <summary>The function's name, demangled if it was mangled; null when there is none.</summary>
    public string? Function => field ??= ToText(ReadableUtf8);

    /// <summary>Where the function begins.</summary>
    public ulong FunctionBase { get; init; }

    /// <summary>The function's source file; null when not known.</summary>
    public string? File => field ??= ToText(FileUtf8);

    /// <summary>The line in <see cref="File"/>; 0 when not known.</summary>
    public uint Line { get; init; }

    /// <summary>Where the line's code begins; 0 when not known.</summary>
    public ulong LineBase =>
        Symbols is not null && Symbols.TryFindLine(SymbolOffset, out var line) ? Address - SymbolOffset + line.Rva : 0;

    /// <summary>The calls that were inlined here, the deepest first.</summary>
    public IReadOnlyList<InlineCall> Inlines =>
        field ??= InlineSymbols is [] ? [] : Array.ConvertAll(InlineSymbols, symbol => new InlineCall(symbol with { Name = Readable(symbol.Name) }, SymbolOffset - symbol.Rva));

    /// <summary>Identical code was folded here, so the function's name is one of several and may be the wrong one.</summary>
    public bool IsMultiple { get; init; }

    /// <summary>Modules that once were at an address which is in none now.</summary>
    public IReadOnlyList<UnloadedHit> Unloaded { get; init; } = [];

    internal SymbolTable? Symbols { get; init; }

    /// <summary>What the address is to <see cref="Symbols"/>: relative to the base of the module, or of the unloaded one.</summary>
    internal ulong SymbolOffset { get; init; }

    internal InlineSymbol[] InlineSymbols { get; init; } = [];

    /// <summary>The function's name as its source has it.</summary>
    internal ReadOnlyMemory<byte> FunctionUtf8 { get; init; }

    /// <summary>The function's name for people. Nothing is demangled before it is shown.</summary>
    internal ReadOnlyMemory<byte> ReadableUtf8 =>
        Demangler.MayBeMangled(FunctionUtf8.Span) ? Demangled : FunctionUtf8;

    byte[] Demangled => field ??= Readable(FunctionUtf8).ToArray();

    internal ReadOnlyMemory<byte> FileUtf8 { get; init; }

    /// <summary>Bytes of the function; 0 when there is none.</summary>
    internal ulong FunctionSize { get; init; }

    internal uint ParameterSize { get; init; }

    /// <summary>What is known of the callers of a function that threads begin in; null for all others.</summary>
    internal Bottom? Bottom { get; init; }

    internal bool IsInFunction(ulong address) =>
        !FunctionUtf8.IsEmpty && address >= FunctionBase && address - FunctionBase < FunctionSize;

    /// <summary>A name without mangling.</summary>
    internal static ReadOnlyMemory<byte> Readable(ReadOnlyMemory<byte> name) =>
        Demangler.Demangle(name.Span) is { } readable ? Encoding.UTF8.GetBytes(readable) : name;

    internal static string? ToText(ReadOnlyMemory<byte> utf8) =>
        utf8.IsEmpty ? null : Encoding.UTF8.GetString(utf8.Span);
}

/// <summary>A call that the compiler inlined into the function of a frame.</summary>
public sealed class InlineCall
{
    internal InlineCall(InlineSymbol symbol, ulong offset) => (Symbol, Offset) = (symbol, offset);

    /// <summary>The function that was inlined; null when the symbol file has no name for it.</summary>
    public string? Function => field ??= CodeLocation.ToText(Symbol.Name);

    /// <summary>The source file being executed in this call.</summary>
    public string? File => field ??= CodeLocation.ToText(Symbol.File);

    /// <summary>The line in <see cref="File"/>; 0 when not known.</summary>
    public uint Line => Symbol.Line;

    /// <summary>How far the address is into the inlined code's range.</summary>
    public ulong Offset { get; }

    internal InlineSymbol Symbol { get; }
}

/// <summary>An unloaded module that an address falls in, and how far into it: once for each time that it was loaded.</summary>
public sealed record UnloadedHit(string Module, IReadOnlyList<ulong> Offsets);
