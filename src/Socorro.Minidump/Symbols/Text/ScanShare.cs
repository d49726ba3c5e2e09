using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>What one worker found in its share of a symbol text. Names in rows are places in the text.</summary>
sealed class ScanShare
{
    const int MaxProblems = 10;
    const int MaxBuffer = 1 << 18;

    readonly int[] _counts = new int[Enum.GetValues<RecordKind>().Length];
    bool _isInFunction;

    public List<FunctionRow> Functions { get; } = [];

    public List<PublicRow> Publics { get; } = [];

    public List<CfiBlock> CfiBlocks { get; } = [];

    public List<WinFrame> WinFrames { get; } = [];

    public List<uint> WinOffsets { get; } = [];

    public List<NumberedName> Files { get; } = [];

    public List<NumberedName> Origins { get; } = [];

    public List<Problem> Problems { get; } = [];

    public SymbolModule Module { get; private set; } = new();

    public int BadLines { get; private set; }

    public bool HasRecords { get; private set; }

    /// <summary>The text's beginning made no sense, so the rest was not looked at.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Scans a part of a file that begins and ends with a line.</summary>
    public static ScanShare Read(string path, long start, long end)
    {
        var share = new ScanShare();
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1);
        var windows = new LineWindows(file, (int)Math.Clamp(end - start + 1, 1, MaxBuffer));
        windows.Seek(start, end);
        while (!share.IsRefused && windows.TryRead(out var lines))
        {
            share.Scan(lines, (uint)windows.WindowStart);
            share.IsRefused = start == 0
                && !share.HasRecords
                && windows.WindowStart + lines.Length >= SymbolTextReader.ProbeLength;
        }

        share.BadLines += windows.SkippedLines;
        return share;
    }

    /// <summary>Appends what was found in the next share of the text.</summary>
    public void Append(ScanShare next)
    {
        Functions.EnsureCapacity(Functions.Count + next.Functions.Count);
        CfiBlocks.EnsureCapacity(CfiBlocks.Count + next.CfiBlocks.Count);
        Functions.AddRange(next.Functions);
        Publics.AddRange(next.Publics);
        CfiBlocks.AddRange(next.CfiBlocks);
        WinFrames.AddRange(next.WinFrames);
        WinOffsets.AddRange(next.WinOffsets);
        AppendNames(Files, next.Files);
        AppendNames(Origins, next.Origins);
        Problems.AddRange(next.Problems.Take(MaxProblems - Problems.Count));
        BadLines += next.BadLines;
        if (Module.DebugId.Length == 0)
            Module = next.Module;
    }

    /// <summary>The order decides which of several names with one number counts.</summary>
    static void AppendNames(List<NumberedName> names, List<NumberedName> next)
    {
        foreach (var name in next)
            names.Add(name with { Order = names.Count });
    }

    void Scan(ReadOnlySpan<byte> lines, uint windowStart)
    {
        for (var start = 0; start >= 0; start = LineStarts.FindKeyword(lines, start + 1))
        {
            var line = lines[start..];
            if (IsPassedOver(line))
                continue;

            var scanner = new RecordScanner(line);
            if (scanner.MoveNext() && !TryRead(scanner.Kind, scanner.Fields, windowStart + (uint)(start + scanner.LineStart)))
                NoteBadLine(windowStart + (uint)start);
        }
    }

    /// <summary>The records that belong to another one are read with it, when it is looked up.</summary>
    static bool IsPassedOver(ReadOnlySpan<byte> line) =>
        line.StartsWith("STACK CFI "u8) && line.Length > 10 && line[10] != 'I' || line.StartsWith("INLINE "u8);

    bool TryRead(RecordKind kind, FieldReader fields, uint offset)
    {
        if (_isInFunction && kind is RecordKind.Function or RecordKind.Public or RecordKind.CfiInit or RecordKind.Win)
            EndFunction(offset);
        if (++_counts[(int)kind] > SymbolTextReader.MaxRecords)
            return false;

        var read = kind switch
        {
            RecordKind.Line or RecordKind.Inline or RecordKind.CfiRow => true,
            RecordKind.Function => TryReadFunction(fields, offset),
            RecordKind.Public => TryReadPublic(fields, offset),
            RecordKind.CfiInit => TryReadCfiInit(fields, offset),
            RecordKind.Win => TryReadWin(fields, offset),
            RecordKind.File => NameRecord.TryParseFile(fields, out var file) && Add(Files, file, offset),
            RecordKind.InlineOrigin => NameRecord.TryParseOrigin(fields, out var origin) && Add(Origins, origin, offset),
            RecordKind.Module => TryReadModule(fields),
            RecordKind.Info => TryReadInfo(fields),
            _ => false,
        };
        HasRecords |= read && kind is not (RecordKind.Line or RecordKind.Inline or RecordKind.CfiRow);
        return read;
    }

    bool TryReadFunction(FieldReader fields, uint offset)
    {
        if (!FunctionRecord.TryParseFunction(fields, out var record))
            return false;

        _isInFunction = record.Size > 0;
        if (_isInFunction)
        {
            var size = AddressRange.ClampSize(record.Rva, record.Size);
            Functions.Add(new((uint)record.Rva, size, 0, record.ParameterSize, offset, 0));
        }

        return true;
    }

    /// <summary>Notes how much text a function has. Of one that may go on in the next share it is not known.</summary>
    void EndFunction(uint offset)
    {
        Functions[^1] = Functions[^1] with { Inlines = offset - Functions[^1].Lines };
        _isInFunction = false;
    }

    bool TryReadPublic(FieldReader fields, uint offset)
    {
        var parsed = FunctionRecord.TryParsePublic(fields, out var record);
        if (parsed)
            Publics.Add(new((uint)record.Rva, 0, 0, offset));
        return parsed;
    }

    bool TryReadCfiInit(FieldReader fields, uint offset)
    {
        if (!CfiRecord.TryParseInit(fields, out var init))
            return false;

        if (init.Size > 0)
            CfiBlocks.Add(new((uint)init.Rva, AddressRange.ClampSize(init.Rva, init.Size), offset));
        return true;
    }

    bool TryReadWin(FieldReader fields, uint offset)
    {
        if (!WinRecord.TryParse(fields, out var record))
            return false;

        if (record.IsUsable)
        {
            WinFrames.Add(record.ToFrame());
            WinOffsets.Add(offset);
        }

        return true;
    }

    static bool Add(List<NumberedName> names, NameRecord name, uint offset)
    {
        names.Add(new(name.Id, names.Count, offset));
        return true;
    }

    bool TryReadModule(FieldReader fields)
    {
        if (Module.DebugId.Length > 0 || !ModuleRecord.TryParse(fields, Module, out var module))
            return false;

        Module = module;
        return true;
    }

    bool TryReadInfo(FieldReader fields)
    {
        Module = ModuleRecord.WithInfo(fields, Module);
        return true;
    }

    void NoteBadLine(uint offset)
    {
        BadLines++;
        if (Problems.Count < MaxProblems)
            Problems.Add(new($"byte {offset}", "begins no record"));
    }
}
