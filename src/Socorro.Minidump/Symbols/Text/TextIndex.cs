using Microsoft.Win32.SafeHandles;
using Socorro.Minidumps.Symbols.Rules;
using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>
/// Looks symbols up in their text with an index over it: only the functions and unwind ranges that are asked for are read.
/// The last thousand of each are remembered.
/// </summary>
sealed class TextIndex(TableImage index, SafeFileHandle text) : SymbolSource
{
    const int Remembered = 1024;

    // As much as most have. What is read behind the end is read in vain; where there is more, more is read.
    const int FunctionLength = 1 << 12;
    const int CfiLength = 1 << 10;
    const int NameLength = 1 << 9;

    readonly Lock _gate = new();
    readonly TextFile _text = new(text);
    readonly NameArena _names = new();
    readonly RuleSets _sets = new();
    readonly FunctionCollector _collector = new();
    readonly ByteBuffer _lines = new();
    readonly ByteBuffer _inlines = new();
    readonly Function?[] _functions = new Function?[Remembered];
    readonly CfiRange?[] _cfiRanges = new CfiRange?[Remembered];
    readonly byte[]?[] _files = new byte[]?[index.CountRows(TableSection.Files, TableImage.NameStride)];
    readonly byte[]?[] _origins = new byte[]?[index.CountRows(TableSection.Origins, TableImage.NameStride)];
    volatile string[] _registerNames = [];

    public override SymbolModule Module => index.Module;

    public override int BadLines => index.BadLines;

    public override IReadOnlyList<Problem> Problems => index.Problems;

    public override bool HasCfi => index.HasCfi;

    public override long Size => index.Size;

    public override IReadOnlyList<string> RegisterNames => _registerNames;

    public override bool TryFindFunction(uint rva, out SourceFunction function)
    {
        function = default;
        if (!index.TryFindFunctionRow(rva, out var row))
            return false;

        ref var slot = ref _functions[row.Lines % Remembered];
        if (slot is not { } known || known.Place != row.Lines)
        {
            lock (_gate)
                known = ReadFunction(row);
            slot = known;
        }

        function = new() { Symbol = known.Symbol, Lines = known.Lines, Inlines = known.Inlines };
        return true;
    }

    public override bool TryFindPublic(uint rva, out FunctionSymbol symbol)
    {
        symbol = default;
        if (!index.TryFindPublicRow(rva, out var row))
            return false;

        lock (_gate)
        {
            if (!TryReadRecord(row.ParameterSize, RecordKind.Public, out var fields)
                || !FunctionRecord.TryParsePublic(fields, out var record))
            {
                return false;
            }

            symbol = ToSymbol(record) with { Size = row.Size, IsPublic = true };
            return true;
        }
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

        ref var slot = ref _cfiRanges[block.Rows % Remembered];
        if (slot is not { } known || known.Place != block.Rows)
        {
            lock (_gate)
                known = new(block.Rows, ReadCfi(block.Rows));
            slot = known;
        }

        if (!CfiProgram.TryFind(known.Rows, block.Rva, rva, out var row))
            return false;

        lock (_gate)
            rules = new(row.Rva, row.Rva == block.Rva, _sets.GetProgram(row.RuleSet));
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

    Function ReadFunction(FunctionRow row)
    {
        _collector.FileOfOrigin = FindOriginFile;
        FunctionSymbol symbol;
        var length = FunctionLength;
        while (!TryCollectFunction(_text.ReadLines(row.Lines, length, out var isLast), isLast, row, out symbol))
            length *= 4;

        _lines.Clear();
        _inlines.Clear();
        _collector.Write(_lines, _inlines);
        return new(row.Lines, symbol, _lines.Written.ToArray(), _inlines.Written.ToArray());
    }

    /// <summary>False when the function may go on behind the lines.</summary>
    bool TryCollectFunction(ReadOnlySpan<byte> lines, bool isLast, FunctionRow row, out FunctionSymbol symbol)
    {
        symbol = new() { Name = default, Rva = row.Rva, Size = row.Size };
        _collector.Begin(row.Rva, row.Size);
        var scanner = new RecordScanner(lines);
        if (!scanner.MoveNext())
            return isLast;

        var parsed = FunctionRecord.TryParseFunction(scanner.Fields, out var record);
        do
        {
            while (scanner.TryTakeLineRecord(out var line))
                _collector.Add(line);
        }
        while (scanner.MoveNext() && Collect(scanner.Kind, scanner.Fields));

        if (scanner.IsAtEnd && !isLast)
            return false;

        // The text may have been changed under the index.
        if (parsed)
            symbol = ToSymbol(record) with { Rva = row.Rva, Size = row.Size };
        return true;
    }

    /// <summary>False when a record is not one of the function's.</summary>
    bool Collect(RecordKind kind, FieldReader fields)
    {
        if (kind == RecordKind.Line && LineRecord.TryParse(fields, out var line))
            _collector.Add(line);
        if (kind == RecordKind.Inline && InlineRecord.TryParse(fields, out var inline))
            _collector.TryAdd(inline);
        return kind is not (RecordKind.Function or RecordKind.Public or RecordKind.CfiInit or RecordKind.Win);
    }

    byte[] ReadCfi(uint place)
    {
        var collector = new CfiCollector(_sets);
        var length = CfiLength;
        while (!TryCollectCfi(_text.ReadLines(place, length, out var isLast), isLast, collector))
            length *= 4;

        _lines.Clear();
        collector.Write(_lines);
        if (_registerNames.Length != _sets.RegisterNames.Count)
            _registerNames = [.. _sets.RegisterNames];
        return _lines.Written.ToArray();
    }

    /// <summary>False when the range may have more rows behind the lines.</summary>
    static bool TryCollectCfi(ReadOnlySpan<byte> lines, bool isLast, CfiCollector collector)
    {
        var scanner = new RecordScanner(lines);
        if (!scanner.MoveNext())
            return isLast;

        if (!CfiRecord.TryParseInit(scanner.Fields, out var init))
            return true;

        collector.Begin(init);
        while (scanner.MoveNext() && scanner.Kind != RecordKind.CfiInit)
        {
            if (scanner.Kind == RecordKind.CfiRow && CfiRecord.TryParseRow(scanner.Fields, out var row))
                collector.Add(row);
        }

        return isLast || !scanner.IsAtEnd;
    }

    byte[] ReadName(uint place, RecordKind kind)
    {
        lock (_gate)
        {
            if (!TryReadRecord(place, kind, out var fields))
                return [];

            var name = kind switch
            {
                RecordKind.Win => WinRecord.TryParse(fields, out var win) ? win.Program : default,
                RecordKind.File => NameRecord.TryParseFile(fields, out var file) ? file.Name : default,
                _ => NameRecord.TryParseOrigin(fields, out var origin) ? origin.Name : default,
            };
            return StringPool.IsClean(name) ? name.ToArray() : StringPool.Clean(name);
        }
    }

    uint? FindOriginFile(uint number) => index.TryFindNumber(TableSection.Origins, number, out _, out var place)
        && TryReadRecord(place, RecordKind.InlineOrigin, out var fields)
        && NameRecord.TryParseOrigin(fields, out var origin) ? origin.File : null;

    /// <summary>The record at a place of the text, which may have been changed under the index.</summary>
    bool TryReadRecord(uint place, RecordKind kind, out FieldReader fields)
    {
        var length = NameLength;
        ReadOnlySpan<byte> lines;
        while ((lines = _text.ReadLines(place, length, out var isLast)).IsEmpty && !isLast)
            length *= 4;

        var scanner = new RecordScanner(lines);
        var isThere = scanner.MoveNext() && scanner.Kind == kind;
        fields = scanner.Fields;
        return isThere;
    }

    FunctionSymbol ToSymbol(FunctionRecord record) => new()
    {
        Name = _names.Keep(record.Name),
        Rva = record.Rva,
        Size = record.Size,
        ParameterSize = record.ParameterSize,
        IsMultiple = record.IsMultiple,
    };

    sealed record Function(uint Place, FunctionSymbol Symbol, byte[] Lines, byte[] Inlines);

    sealed record CfiRange(uint Place, byte[] Rows);
}
