using Microsoft.Win32.SafeHandles;
using Socorro.Minidumps.Symbols.Rules;
using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>
/// Looks symbols up in their text with an index over it: only the functions and unwind ranges that are asked for are read.
/// The last thousand names and rules are remembered.
/// </summary>
sealed class TextIndex(TableImage index, SafeFileHandle text) : SymbolSource
{
    const int MaxIdleReaders = 8;

    readonly PlaceReader?[] _idle = new PlaceReader?[MaxIdleReaders];
    readonly RuleSets _sets = new();
    readonly Remembered<FunctionSymbol> _functions = new();
    readonly Remembered<SourceRules> _rules = new();
    readonly byte[]?[] _files = new byte[]?[index.CountRows(TableSection.Files, TableImage.NameStride)];
    readonly byte[]?[] _origins = new byte[]?[index.CountRows(TableSection.Origins, TableImage.NameStride)];
    volatile string[] _registerNames = [];

    public override SymbolModule Module => index.Module;

    public override int BadLines => index.BadLines;

    public override IReadOnlyList<Problem> Problems => index.Problems;

    public override bool HasCfi => index.HasCfi;

    public override long Size => index.Size;

    public override IReadOnlyList<string> RegisterNames => _registerNames;

    public override bool TryFindFunction(uint rva, out FunctionSymbol symbol)
    {
        symbol = default;
        if (!index.TryFindFunctionRow(rva, out var row))
            return false;

        if (!_functions.TryFind(row.Lines, out symbol))
        {
            var reader = Rent();
            symbol = reader.ReadFunction(row);
            Return(reader);
            _functions.Add(row.Lines, symbol);
        }

        return true;
    }

    public override bool TryFindPosition(uint rva, Span<InlineRow> inlines, out SourcePosition position)
    {
        position = default;
        if (!index.TryFindFunctionRow(rva, out var row))
            return false;

        var isKnown = _functions.TryFind(row.Lines, out var known);
        var reader = Rent();
        position = reader.FindPosition(row, isKnown ? known : null, rva, inlines);
        Return(reader);
        if (!isKnown)
            _functions.Add(row.Lines, position.Function);
        return true;
    }

    public override bool TryFindPublic(uint rva, out FunctionSymbol symbol)
    {
        symbol = default;
        if (!index.TryFindPublicRow(rva, out var row))
            return false;

        var reader = Rent();
        var isThere = reader.TryReadPublic(row, out symbol);
        Return(reader);
        return isThere;
    }

    public override ReadOnlyMemory<byte> FindFile(uint number) =>
        index.TryFindNumber(TableSection.Files, number, out var row, out var place)
            ? _files[row] ??= ReadName(place, RecordKind.File)
            : default;

    public override ReadOnlyMemory<byte> FindOrigin(uint number) =>
        index.TryFindNumber(TableSection.Origins, number, out var row, out var place)
            ? _origins[row] ??= ReadName(place, RecordKind.InlineOrigin)
            : default;

    public override bool TryFindCfi(uint rva, out SourceRules rules)
    {
        rules = default;
        if (!index.TryFindCfiBlock(rva, out var block))
            return false;

        if (_rules.TryFind(rva, out rules))
            return true;

        if (!TryReadRules(block, rva, out rules))
            return false;

        _rules.Add(rva, rules);
        return true;
    }

    public override bool TryFindWin(uint rva, out WinFrame frame)
    {
        if (!index.TryFindWinRow(rva, out frame, out var place))
            return false;

        if (frame.HasProgram)
            frame = frame with { Program = ReadName(place, RecordKind.Win) };
        return true;
    }

    bool TryReadRules(CfiBlock block, uint rva, out SourceRules rules)
    {
        rules = default;
        var reader = Rent();
        var isThere = reader.TryCollectRules(block.Rows);
        if (isThere)
        {
            // A text has few distinct sets, so that all readers share them.
            lock (_sets)
            {
                var row = reader.FindRules(rva);
                rules = new(row.Rva, row.Rva == block.Rva, _sets.GetProgram(row.RuleSet));
                if (_registerNames.Length != _sets.RegisterNames.Count)
                    _registerNames = [.. _sets.RegisterNames];
            }
        }

        Return(reader);
        return isThere;
    }

    byte[] ReadName(uint place, RecordKind kind)
    {
        var reader = Rent();
        var name = reader.ReadName(place, kind);
        Return(reader);
        return name;
    }

    // Of readers that come back when all places are taken, or to a place that another takes at the same time, one is lost.
    PlaceReader Rent()
    {
        for (var i = 0; i < _idle.Length; i++)
        {
            if (_idle[i] is not null && Interlocked.Exchange(ref _idle[i], null) is { } idle)
                return idle;
        }

        return new(index, text, _sets);
    }

    void Return(PlaceReader reader)
    {
        for (var i = 0; i < _idle.Length; i++)
        {
            if (_idle[i] is null)
            {
                _idle[i] = reader;
                return;
            }
        }
    }
}
