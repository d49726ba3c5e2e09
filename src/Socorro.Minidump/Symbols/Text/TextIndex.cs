using System.Collections.Concurrent;
using Socorro.Minidumps.Symbols.Rules;
using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>
/// Looks symbols up in their text with an index over it: only the functions and unwind ranges that are asked for are read,
/// each once.
/// </summary>
sealed class TextIndex(TableImage index, Stream text) : SymbolSource
{
    /// <summary>As much as most functions have, because whatever is read behind one is read in vain.</summary>
    const int BufferSize = 1 << 12;

    readonly Lock _gate = new();
    readonly LineWindows _windows = new(text, BufferSize);
    readonly RuleSets _sets = new();
    readonly FunctionCollector _collector = new();
    readonly ByteBuffer _lines = new();
    readonly ByteBuffer _inlines = new();
    readonly ConcurrentDictionary<uint, Function> _functions = [];
    readonly ConcurrentDictionary<uint, ReadOnlyMemory<byte>> _texts = [];
    readonly ConcurrentDictionary<uint, ReadOnlyMemory<byte>> _cfiRows = [];
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

        if (!_functions.TryGetValue(row.Lines, out var read))
            read = _functions.GetOrAdd(row.Lines, ReadFunction(row));
        function = new() { Symbol = read.Symbol, Lines = read.Lines, Inlines = read.Inlines };
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
        index.TryFindNumber(TableSection.Files, number, out var offset) ? FindText(offset, RecordKind.File) : default;

    public override ReadOnlyMemory<byte> FindOrigin(uint number) =>
        index.TryFindNumber(TableSection.Origins, number, out var offset)
            ? FindText(offset, RecordKind.InlineOrigin)
            : default;

    public override bool TryFindCfi(uint rva, out SourceRules rules)
    {
        rules = default;
        if (!index.TryFindCfiBlock(rva, out var block))
            return false;

        if (!_cfiRows.TryGetValue(block.Rows, out var rows))
            rows = _cfiRows.GetOrAdd(block.Rows, ReadCfi(block.Rows));
        if (!CfiProgram.TryFind(rows.Span, block.Rva, rva, out var row))
            return false;

        lock (_gate)
            rules = new(row.Rva, row.Rva == block.Rva, _sets.GetProgram(row.RuleSet));
        return true;
    }

    public override bool TryFindWin(uint rva, out WinFrame frame)
    {
        if (!index.TryFindWinRow(rva, out frame, out var offset))
            return false;

        if (frame.HasProgram)
            frame = frame with { Program = FindText(offset, RecordKind.Win) };
        return true;
    }

    Function ReadFunction(FunctionRow row)
    {
        lock (_gate)
        {
            _collector.Begin(row.Rva, row.Size);
            _collector.FileOfOrigin = FindOriginFile;
            var symbol = new FunctionSymbol { Name = default, Rva = row.Rva, Size = row.Size };
            _windows.Seek(row.Lines);
            var isInside = true;
            var isFirst = true;
            while (isInside && _windows.TryRead(out var lines))
            {
                var scanner = new RecordScanner(lines);
                while (isInside && scanner.MoveNext())
                {
                    if (isFirst && scanner.Kind == RecordKind.Function)
                        symbol = ReadSymbol(scanner.Fields, row);
                    else
                        isInside = Collect(scanner.Kind, scanner.Fields);
                    isFirst = false;
                    while (isInside && scanner.TryTakeLineRecord(out var line))
                        _collector.Add(line);
                }
            }

            _lines.Clear();
            _inlines.Clear();
            _collector.Write(_lines, _inlines);
            return new(symbol, _lines.Written.ToArray(), _inlines.Written.ToArray());
        }
    }

    static FunctionSymbol ReadSymbol(FieldReader fields, FunctionRow row) =>
        FunctionRecord.TryParseFunction(fields, out var record)
            ? ToSymbol(record) with { Rva = row.Rva, Size = row.Size }
            : new() { Name = default, Rva = row.Rva, Size = row.Size };

    /// <summary>False when a record is not one of the function's.</summary>
    bool Collect(RecordKind kind, FieldReader fields)
    {
        if (kind == RecordKind.Line && LineRecord.TryParse(fields, out var line))
            _collector.Add(line);
        if (kind == RecordKind.Inline && InlineRecord.TryParse(fields, out var inline))
            _collector.TryAdd(inline);
        return kind is not (RecordKind.Function or RecordKind.Public or RecordKind.CfiInit or RecordKind.Win);
    }

    ReadOnlyMemory<byte> ReadCfi(uint offset)
    {
        lock (_gate)
        {
            var collector = new CfiCollector(_sets);
            _windows.Seek(offset);
            var isFirst = true;
            var isInside = true;
            while (isInside && _windows.TryRead(out var lines))
            {
                var scanner = new RecordScanner(lines);
                while (isInside && scanner.MoveNext())
                {
                    if (isFirst && scanner.Kind == RecordKind.CfiInit && CfiRecord.TryParseInit(scanner.Fields, out var init))
                        collector.Begin(init);
                    else if (scanner.Kind == RecordKind.CfiRow && CfiRecord.TryParseRow(scanner.Fields, out var row))
                        collector.Add(row);
                    else
                        isInside = scanner.Kind != RecordKind.CfiInit;
                    isFirst = false;
                }
            }

            _lines.Clear();
            collector.Write(_lines);
            if (_registerNames.Length != _sets.RegisterNames.Count)
                _registerNames = [.. _sets.RegisterNames];
            return _lines.Written.ToArray();
        }
    }

    ReadOnlyMemory<byte> FindText(uint offset, RecordKind kind)
    {
        if (_texts.TryGetValue(offset, out var known))
            return known;

        lock (_gate)
        {
            var text = default(ReadOnlyMemory<byte>);
            if (TryReadRecord(offset, kind, out var fields))
            {
                text = kind switch
                {
                    RecordKind.Win => WinRecord.TryParse(fields, out var win) ? Keep(win.Program) : default,
                    RecordKind.File => NameRecord.TryParseFile(fields, out var file) ? Keep(file.Name) : default,
                    _ => NameRecord.TryParseOrigin(fields, out var origin) ? Keep(origin.Name) : default,
                };
            }

            return _texts.GetOrAdd(offset, text);
        }
    }

    uint? FindOriginFile(uint number) => index.TryFindNumber(TableSection.Origins, number, out var offset)
        && TryReadRecord(offset, RecordKind.InlineOrigin, out var fields)
        && NameRecord.TryParseOrigin(fields, out var origin) ? origin.File : null;

    /// <summary>The record at a place of the text, which may have been changed under the index.</summary>
    bool TryReadRecord(uint offset, RecordKind kind, out FieldReader fields)
    {
        fields = default;
        _windows.Seek(offset);
        if (!_windows.TryRead(out var lines))
            return false;

        var scanner = new RecordScanner(lines);
        if (!scanner.MoveNext() || scanner.Kind != kind)
            return false;

        fields = scanner.Fields;
        return true;
    }

    static FunctionSymbol ToSymbol(FunctionRecord record) => new()
    {
        Name = Keep(record.Name),
        Rva = record.Rva,
        Size = record.Size,
        ParameterSize = record.ParameterSize,
        IsMultiple = record.IsMultiple,
    };

    static ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> name) =>
        StringPool.IsClean(name) ? name.ToArray() : StringPool.Clean(name);

    sealed record Function(FunctionSymbol Symbol, byte[] Lines, byte[] Inlines);
}
