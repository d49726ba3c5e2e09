using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>
/// Reads the records of a symbol file into a table. A line that cannot be read is counted and passed over: one bad line
/// must not cost the symbols of a module.
/// </summary>
sealed class SymbolTextReader(TableOutput output)
{
    /// <summary>Of so many bytes at the beginning at least one record must make sense.</summary>
    public const int ProbeLength = 1 << 16;

    /// <summary>
    /// More functions, symbols, names or unwind ranges than the largest programs have. Rows take more room than the shortest
    /// lines that make them, so a hostile text is held to a number of each.
    /// </summary>
    public const int MaxRecords = 1 << 23;

    const int MaxProblems = 10;

    readonly TableBuilder _builder = new(output);
    readonly List<Problem> _problems = [];
    readonly int[] _counts = new int[Enum.GetValues<RecordKind>().Length];
    Context _function;
    Context _cfi;
    int _linesBefore;

    public SymbolModule Module { get; private set; } = new();

    public int BadLines { get; private set; }

    /// <summary>Whether anything has been recognised.</summary>
    public bool HasRecords { get; private set; }

    /// <summary>Reads whole lines, of which there may be more in a next call.</summary>
    public void Read(ReadOnlySpan<byte> lines)
    {
        var scanner = new RecordScanner(lines);
        while (scanner.MoveNext())
        {
            if (HasRoomFor(scanner.Kind) && TryRead(scanner.Kind, scanner.Fields))
                HasRecords = true;
            else
                NoteBadLine(_linesBefore + scanner.LineCount, scanner.Kind);

            while (_function == Context.Open && scanner.TryTakeLineRecord(out var line))
                _builder.AddLine(line);
        }

        _linesBefore += scanner.LineCount;
    }

    bool HasRoomFor(RecordKind kind) => kind is RecordKind.Line or RecordKind.CfiRow || ++_counts[(int)kind] <= MaxRecords;

    /// <summary>Notes lines that were too long to be given to this reader.</summary>
    public void SkipLines(int count) => BadLines += count;

    /// <summary>Completes the table; false when it would be too large.</summary>
    public bool TryBuild(SourceStamp stamp) => _builder.TryBuild(new(Module, BadLines, _problems), stamp);

    bool TryRead(RecordKind kind, FieldReader fields)
    {
        switch (kind)
        {
            case RecordKind.Line:
                return TryReadLine(fields);
            case RecordKind.Function:
                return TryReadFunction(fields);
            case RecordKind.Inline:
                return _function == Context.Skipped
                    || _function == Context.Open
                    && InlineRecord.TryParse(fields, out var inline)
                    && _builder.TryAddInline(inline);
            case RecordKind.Public:
                return TryReadPublic(fields);
            case RecordKind.CfiInit:
                return TryReadCfiInit(fields);
            case RecordKind.CfiRow:
                return TryReadCfiRow(fields);
            case RecordKind.Win:
                return TryReadWin(fields);
            case RecordKind.File:
                return TryReadFile(fields);
            case RecordKind.InlineOrigin:
                return TryReadOrigin(fields);
            case RecordKind.Module:
                return TryReadModule(fields);
            case RecordKind.Info:
                ReadInfo(fields);
                return true;
            default:
                return false;
        }
    }

    bool TryReadLine(FieldReader fields)
    {
        if (_function == Context.Skipped)
            return true;

        if (_function == Context.None || !LineRecord.TryParse(fields, out var line))
            return false;

        _builder.AddLine(line);
        return true;
    }

    bool TryReadFunction(FieldReader fields)
    {
        var parsed = FunctionRecord.TryParseFunction(fields, out var function);
        if (parsed)
            _builder.BeginFunction(function);
        _function = parsed ? Context.Open : Context.Skipped;
        return parsed;
    }

    bool TryReadPublic(FieldReader fields)
    {
        _function = Context.None;
        if (!FunctionRecord.TryParsePublic(fields, out var symbol))
            return false;

        _builder.AddPublic(symbol);
        return true;
    }

    bool TryReadCfiInit(FieldReader fields)
    {
        _function = Context.None;
        var parsed = CfiRecord.TryParseInit(fields, out var init);
        if (parsed)
            _builder.BeginCfi(init);
        _cfi = parsed ? Context.Open : Context.Skipped;
        return parsed;
    }

    bool TryReadCfiRow(FieldReader fields)
    {
        if (_cfi == Context.Skipped)
            return true;

        if (_cfi == Context.None || !CfiRecord.TryParseRow(fields, out var row))
            return false;

        _builder.AddCfiRow(row);
        return true;
    }

    bool TryReadWin(FieldReader fields)
    {
        _function = Context.None;
        if (!WinRecord.TryParse(fields, out var frame))
            return false;

        if (frame.IsUsable)
            _builder.AddWin(frame);
        return true;
    }

    bool TryReadFile(FieldReader fields)
    {
        if (!NameRecord.TryParseFile(fields, out var file))
            return false;

        _builder.AddFile(file);
        return true;
    }

    bool TryReadOrigin(FieldReader fields)
    {
        if (!NameRecord.TryParseOrigin(fields, out var origin))
            return false;

        _builder.AddOrigin(origin);
        return true;
    }

    bool TryReadModule(FieldReader fields)
    {
        if (Module.DebugId.Length > 0 || !ModuleRecord.TryParse(fields, Module, out var module))
            return false;

        Module = module;
        return true;
    }

    void ReadInfo(FieldReader fields) => Module = ModuleRecord.WithInfo(fields, Module);

    void NoteBadLine(int number, RecordKind kind)
    {
        BadLines++;
        if (_problems.Count < MaxProblems)
        {
            _problems.Add(new(
                $"line {number}",
                kind == RecordKind.Unknown ? "is not a record" : $"is not a {ModuleRecord.NameOf(kind)} record here"));
        }
    }

    enum Context
    {
        /// <summary>No record of the kind came before.</summary>
        None,

        /// <summary>Records that depend on one belong to the last.</summary>
        Open,

        /// <summary>The last one could not be read, so what depends on it is passed over without further complaint.</summary>
        Skipped,
    }
}
