using System.Text;
using Socorro.Minidumps.Symbols.Rules;
using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>
/// Makes a table of the records of a symbol file, whatever their order. What belongs to one function or one unwind range is
/// written away when the next begins, so that little more than an index of the table is held in memory.
/// </summary>
sealed class TableBuilder
{
    readonly TableOutput _output;
    readonly StringPool _names;
    readonly RuleSets _sets = new();
    readonly FunctionCollector _function = new();
    readonly CfiCollector _cfi;
    readonly ByteBuffer _scratchLines = new();
    readonly ByteBuffer _scratchInlines = new();
    readonly ByteBuffer _cfiRows = new();
    readonly List<FunctionRow> _functions = [];
    readonly List<PublicRow> _publics = [];
    readonly List<CfiBlock> _cfiBlocks = [];
    readonly List<WinFrame> _winFrames = [];
    readonly List<uint> _winPrograms = [];
    readonly List<NumberedName> _files = [];
    readonly List<NumberedName> _origins = [];
    readonly Dictionary<uint, uint> _originFiles = [];
    FunctionRow? _openFunction;
    CfiBlock? _openCfi;
    int _overlappingLines;
    int _inlinesBefore;

    public TableBuilder(TableOutput output)
    {
        _output = output;
        _names = new(output);
        _cfi = new(_sets);
        _function.FileOfOrigin = number => _originFiles.TryGetValue(number, out var file) ? file : null;
    }

    /// <summary>A file that claims a number again means the later name.</summary>
    public void AddFile(NameRecord file) => _files.Add(new(file.Id, _files.Count, _names.Intern(file.Name)));

    public void AddOrigin(NameRecord origin)
    {
        _origins.Add(new(origin.Id, _origins.Count, _names.Intern(origin.Name)));
        if (origin.File is { } file)
            _originFiles[origin.Id] = file;
    }

    public void BeginFunction(FunctionRecord record)
    {
        EndFunction();
        _output.BeginFunctions();
        var size = AddressRange.ClampSize(record.Rva, record.Size);
        _openFunction = new((uint)record.Rva, size, NameOf(record), record.ParameterSize, 0, 0);
        _function.Begin((uint)record.Rva, size);
    }

    public void AddLine(LineRow line) => _function.Add(line);

    public bool TryAddInline(InlineRecord inline) =>
        _inlinesBefore + _function.InlineCount <= FunctionCollector.MaxInlines && _function.TryAdd(inline);

    public void AddPublic(FunctionRecord record)
    {
        EndFunction();
        _publics.Add(new((uint)record.Rva, 0, NameOf(record), record.ParameterSize));
    }

    public void BeginCfi(CfiRecord init)
    {
        EndCfi();
        _openCfi = new((uint)init.Rva, AddressRange.ClampSize(init.Rva, init.Size), 0);
        _cfi.Begin(init);
    }

    public void AddCfiRow(CfiRecord row) => _cfi.Add(row);

    public void AddWin(WinRecord record)
    {
        _winPrograms.Add(record.HasProgram ? _names.Intern(record.Program) : 0);
        _winFrames.Add(record.ToFrame());
    }

    /// <summary>Puts the table together; false when it would be too large.</summary>
    public bool TryBuild(ModuleTexts module, SourceStamp stamp)
    {
        EndFunction();
        EndCfi();
        var writer = new TableWriter(_output);
        var droppedFunctions = writer.WriteFunctions(_functions);
        var droppedBlocks = writer.WriteCfiBlocks(_cfiBlocks);
        writer.WritePublics(_publics, _functions, _cfiBlocks);
        writer.WriteNames(TableSection.Files, _files);
        writer.WriteNames(TableSection.Origins, _origins);
        WriteRules(writer);
        writer.WriteWin(_winFrames, _winPrograms);
        writer[TableSection.CfiRows] = _cfiRows;
        IReadOnlyList<Problem> problems =
        [
            .. module.Problems,
            .. Overlap("FUNC", droppedFunctions),
            .. Overlap("line", _overlappingLines),
            .. Overlap("STACK CFI INIT", droppedBlocks),
        ];
        (module with { Problems = problems }).Write(writer[TableSection.Module]);
        return writer.TryFinish(TableKind.Compiled, stamp);
    }

    void WriteRules(TableWriter writer)
    {
        for (var i = 0; i < _sets.Count; i++)
        {
            var offset = writer[TableSection.RulePrograms].AppendBlob(_sets.GetProgram(i).Span);
            writer[TableSection.RuleSets].WriteUInt32(offset);
        }

        foreach (var name in _sets.RegisterNames)
            writer[TableSection.RegisterNames].WriteUInt32(writer[TableSection.RulePrograms].AppendBlob(Encoding.UTF8.GetBytes(name)));
    }

    static IEnumerable<Problem> Overlap(string kind, int count) =>
        count == 0 ? [] : [new(kind, $"records overlap others: {count} were left out")];

    void EndFunction()
    {
        if (_openFunction is { } function && function.Size > 0)
        {
            _scratchLines.Clear();
            _scratchInlines.Clear();
            _overlappingLines += _function.Write(_scratchLines, _scratchInlines);
            _functions.Add(function with
            {
                Lines = _output.AppendBlob(_scratchLines.Written),
                Inlines = _output.AppendBlob(_scratchInlines.Written),
            });
        }

        _inlinesBefore += _function.InlineCount;
        _openFunction = null;
    }

    void EndCfi()
    {
        if (_openCfi is { } block && block.Size > 0)
        {
            _scratchLines.Clear();
            _cfi.Write(_scratchLines);
            _cfiBlocks.Add(block with { Rows = _cfiRows.AppendBlob(_scratchLines.Written) });
        }

        _openCfi = null;
    }

    uint NameOf(FunctionRecord record) =>
        _names.Intern(record.Name) | (record.IsMultiple ? FunctionRow.MultipleFlag : 0);
}
