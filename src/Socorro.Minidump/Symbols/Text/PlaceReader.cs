using Microsoft.Win32.SafeHandles;
using Socorro.Minidumps.Symbols.Rules;
using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>
/// Reads single records of a text, and what belongs to them, at the places that an index tells. The text may have been changed
/// under the index. For one thread at a time.
/// </summary>
sealed class PlaceReader
{
    // As much as most have. What is read behind the end is read in vain; where there is more, more is read.
    const int FunctionLength = 1 << 12;
    const int MaxFunctionLength = 1 << 24;
    const int CfiLength = 1 << 10;
    const int NameLength = 1 << 9;

    readonly TableImage _index;
    readonly TextFile _text;
    readonly NameArena _names = new();
    readonly FunctionCollector _function = new();
    readonly CfiCollector _rules;

    public PlaceReader(TableImage index, SafeFileHandle text, RuleSets sets)
    {
        _index = index;
        _text = new(text);
        _rules = new(sets);
        _function.FileOfOrigin = FindOriginFile;
    }

    public FunctionSymbol ReadFunction(FunctionRow row) =>
        TryReadRecord(row.Lines, RecordKind.Function, out var fields) ? ToSymbol(row, fields) : ToSymbol(row, default);

    /// <summary>Where an address of a function is. The function itself is read, too, unless it is known.</summary>
    public SourcePosition FindPosition(FunctionRow row, FunctionSymbol? symbol, uint rva, Span<InlineRow> inlines)
    {
        var isKnown = row.Inlines is > 0 and <= MaxFunctionLength;
        var length = isKnown ? (int)row.Inlines : FunctionLength;
        while (!TryCollectFunction(_text.ReadLines(row.Lines, length, out var isLast), isLast || isKnown, row, ref symbol))
            length *= 4;

        var count = _function.Find(rva, inlines, out var line);
        return new(symbol ?? ToSymbol(row, default), line, count);
    }

    public bool TryReadPublic(PublicRow row, out FunctionSymbol symbol)
    {
        symbol = default;
        if (!TryReadRecord(row.ParameterSize, RecordKind.Public, out var fields)
            || !FunctionRecord.TryParsePublic(fields, out var record))
        {
            return false;
        }

        symbol = ToSymbol(record) with { Size = row.Size, IsPublic = true };
        return true;
    }

    /// <summary>The name of a FILE or INLINE_ORIGIN record, or the program of a STACK WIN record.</summary>
    public byte[] ReadName(uint place, RecordKind kind)
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

    /// <summary>Reads the rows of an INIT record, for <see cref="FindRules"/>. False when it is not there any more.</summary>
    public bool TryCollectRules(uint place)
    {
        var length = CfiLength;
        bool isThere;
        while (!TryCollectRules(_text.ReadLines(place, length, out var isLast), isLast, out isThere))
            length *= 4;

        return isThere;
    }

    /// <summary>The set of rules in force at an address of the range that was read last.</summary>
    public CfiRow FindRules(uint rva) => _rules.Find(rva);

    /// <summary>False when the function may go on behind the lines.</summary>
    bool TryCollectFunction(ReadOnlySpan<byte> lines, bool isLast, FunctionRow row, ref FunctionSymbol? symbol)
    {
        _function.Begin(row.Rva, row.Size);
        var scanner = new RecordScanner(lines);
        if (!scanner.MoveNext())
            return isLast;

        symbol ??= ToSymbol(row, scanner.Fields);
        do
        {
            while (scanner.TryTakeLineRecord(out var line))
                _function.Add(line);
        }
        while (scanner.MoveNext() && Collect(scanner.Kind, scanner.Fields));

        return isLast || !scanner.IsAtEnd;
    }

    /// <summary>False when a record is not one of the function's.</summary>
    bool Collect(RecordKind kind, FieldReader fields)
    {
        if (kind == RecordKind.Line && LineRecord.TryParse(fields, out var line))
            _function.Add(line);
        if (kind == RecordKind.Inline && InlineRecord.TryParse(fields, out var inline))
            _function.TryAdd(inline);
        return kind is not (RecordKind.Function or RecordKind.Public or RecordKind.CfiInit or RecordKind.Win);
    }

    /// <summary>False when the range may have more rows behind the lines.</summary>
    bool TryCollectRules(ReadOnlySpan<byte> lines, bool isLast, out bool isThere)
    {
        isThere = false;
        var scanner = new RecordScanner(lines);
        if (!scanner.MoveNext())
            return isLast;

        if (!CfiRecord.TryParseInit(scanner.Fields, out var init))
            return true;

        isThere = true;
        _rules.Begin(init);
        while (scanner.MoveNext() && scanner.Kind != RecordKind.CfiInit)
        {
            if (scanner.Kind == RecordKind.CfiRow && CfiRecord.TryParseRow(scanner.Fields, out var row))
                _rules.Add(row);
        }

        return isLast || !scanner.IsAtEnd;
    }

    uint? FindOriginFile(uint number) => _index.TryFindNumber(TableSection.Origins, number, out _, out var place)
        && TryReadRecord(place, RecordKind.InlineOrigin, out var fields)
        && NameRecord.TryParseOrigin(fields, out var origin) ? origin.File : null;

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

    /// <summary>What else the index knows of a function counts.</summary>
    FunctionSymbol ToSymbol(FunctionRow row, FieldReader fields) =>
        FunctionRecord.TryParseFunction(fields, out var record)
            ? ToSymbol(record) with { Rva = row.Rva, Size = row.Size }
            : new() { Name = default, Rva = row.Rva, Size = row.Size };

    FunctionSymbol ToSymbol(FunctionRecord record) => new()
    {
        Name = _names.Keep(record.Name),
        Rva = record.Rva,
        Size = record.Size,
        ParameterSize = record.ParameterSize,
        IsMultiple = record.IsMultiple,
    };
}
