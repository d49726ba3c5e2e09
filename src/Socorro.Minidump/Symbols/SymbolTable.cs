using Socorro.Minidumps.Symbols.Tables;
using Socorro.Minidumps.Symbols.Text;

namespace Socorro.Minidumps.Symbols;

/// <summary>
/// The symbols of one module: functions, lines, inlines and unwind rules by address. Immutable and safe to share between
/// threads. Addresses are relative to the module's base; lookups do not allocate.
/// </summary>
public sealed class SymbolTable
{
    const int UsualInlineDepth = 16;

    readonly Func<SymbolSource>? _recover;
    volatile SymbolSource _source;

    internal SymbolTable(SymbolSource source, Func<SymbolSource>? recover = null)
    {
        _source = source;
        _recover = recover;
        Module = source.Module;
    }

    /// <summary>What the symbol file says of itself.</summary>
    public SymbolModule Module { get; }

    /// <summary>Some records could not be read; what could be is in use.</summary>
    public bool IsCorrupt => BadLines > 0;

    /// <summary>Lines that could not be read and were left out.</summary>
    public int BadLines => _source.BadLines;

    /// <summary>The first of the bad lines, each with its number, and how many records were left out for overlapping others.</summary>
    public IReadOnlyList<Problem> Problems => _source.Problems;

    /// <summary>Whether there are STACK CFI records.</summary>
    public bool HasCfi => _source.HasCfi;

    /// <summary>Bytes that the table occupies in memory or mapped.</summary>
    public long Size => _source.Size;

    internal SymbolSource Source => _source;

    /// <summary>
    /// Builds a table from the text of a symbol file. Null, with a problem that says why, when the text is not a symbol
    /// file at all.
    /// </summary>
    public static SymbolTable? Parse(ReadOnlyMemory<byte> text, out Problem problem)
    {
        var table = SymbolText.TryCompile(text.Span, default, out problem);
        return table is null ? null : new(TableImage.Open(table));
    }

    /// <summary>
    /// Finds everything about an address in one go. Inlines come deepest first; when there are more than the span holds, the
    /// deepest are given and all are counted.
    /// </summary>
    public bool TryFind(ulong rva, Span<InlineSymbol> inlines, out SymbolHit hit)
    {
        try
        {
            return TryFindIn(_source, rva, inlines, out hit);
        }
        catch (DamagedTableException)
        {
            return TryFindIn(Recover(), rva, inlines, out hit);
        }
    }

    /// <summary>The function that covers an address: a FUNC, or else a PUBLIC within the bounds of its belief.</summary>
    public bool TryFindFunction(ulong rva, out FunctionSymbol function)
    {
        try
        {
            return TryFindFunctionIn(_source, rva, out function);
        }
        catch (DamagedTableException)
        {
            return TryFindFunctionIn(Recover(), rva, out function);
        }
    }

    /// <summary>The line record that covers an address: the position in the innermost function, inlines counted.</summary>
    public bool TryFindLine(ulong rva, out SourceLine line)
    {
        try
        {
            return TryFindLineIn(_source, rva, out line);
        }
        catch (DamagedTableException)
        {
            return TryFindLineIn(Recover(), rva, out line);
        }
    }

    /// <summary>The STACK CFI rules in force at an address.</summary>
    internal bool TryFindCfi(ulong rva, out CfiRules rules)
    {
        rules = default;
        if (rva > uint.MaxValue)
            return false;

        var source = _source;
        bool found;
        SourceRules row;
        try
        {
            found = source.TryFindCfi((uint)rva, out row);
        }
        catch (DamagedTableException)
        {
            source = Recover();
            found = source.TryFindCfi((uint)rva, out row);
        }

        if (found)
            rules = new(source, row);
        return found;
    }

    /// <summary>The STACK WIN record that covers an address: frame data if there is any, else FPO.</summary>
    internal bool TryFindWin(ulong rva, out WinFrame frame)
    {
        frame = default;
        try
        {
            return rva <= uint.MaxValue && _source.TryFindWin((uint)rva, out frame);
        }
        catch (DamagedTableException)
        {
            return Recover().TryFindWin((uint)rva, out frame);
        }
    }

    static bool TryFindFunctionIn(SymbolSource source, ulong rva, out FunctionSymbol function)
    {
        function = default;
        return rva <= uint.MaxValue
            && (source.TryFindFunction((uint)rva, out function) || source.TryFindPublic((uint)rva, out function));
    }

    static bool TryFindLineIn(SymbolSource source, ulong rva, out SourceLine line)
    {
        line = default;
        if (rva > uint.MaxValue || !source.TryFindPosition((uint)rva, [], out var position) || position.Line.Size == 0)
            return false;

        var record = position.Line;
        line = new() { File = source.FindFile(record.File), Line = record.Line, Rva = record.Rva };
        return true;
    }

    static bool TryFindIn(SymbolSource source, ulong rva, Span<InlineSymbol> inlines, out SymbolHit hit)
    {
        hit = default;
        if (rva > uint.MaxValue)
            return false;

        Span<InlineRow> rows = stackalloc InlineRow[UsualInlineDepth];
        if (!source.TryFindPosition((uint)rva, rows, out var position))
        {
            var isKnown = source.TryFindPublic((uint)rva, out var symbol);
            hit = new() { Function = symbol };
            return isKnown;
        }

        if (position.InlineCount > rows.Length)
        {
            rows = new InlineRow[position.InlineCount];
            source.TryFindPosition((uint)rva, rows, out position);
        }

        var (file, line) = (default(ReadOnlyMemory<byte>), 0u);
        if (position.Line.Size > 0)
            (file, line) = (source.FindFile(position.Line.File), position.Line.Line);
        FillInlines(source, rows[..position.InlineCount], inlines, ref file, ref line);
        hit = new() { Function = position.Function, File = file, Line = line, InlineCount = position.InlineCount };
        return true;
    }

    /// <summary>
    /// A line record tells where the deepest function is; where each other one is, the call that it made tells.
    /// </summary>
    static void FillInlines(
        SymbolSource source,
        ReadOnlySpan<InlineRow> rows,
        Span<InlineSymbol> inlines,
        ref ReadOnlyMemory<byte> file,
        ref uint line)
    {
        for (var depth = rows.Length - 1; depth >= 0; depth--)
        {
            ref readonly var row = ref rows[depth];
            if (rows.Length - 1 - depth < inlines.Length)
            {
                inlines[rows.Length - 1 - depth] = new()
                {
                    Name = source.FindOrigin(row.Origin),
                    Rva = row.Rva,
                    File = file,
                    Line = line,
                };
            }

            (file, line) = (source.FindFile(row.CallFile), row.CallLine);
        }
    }

    /// <summary>Goes over to a better source of the same symbols.</summary>
    internal void Replace(SymbolSource source) => _source = source;

    /// <summary>Damage in a table file shows when it is read; the text it was made from is still there, or else nothing is known.</summary>
    SymbolSource Recover() => _source = _recover?.Invoke() ?? TableImage.Empty;
}
