using System.Runtime.InteropServices;
using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>Gathers the line and INLINE records of one function and writes them as the programs of a table.</summary>
sealed class FunctionCollector
{
    const uint UnknownFile = uint.MaxValue;

    /// <summary>Of a function, and of all together. A range takes up to four times as much room in a table as in a text.</summary>
    public const int MaxInlines = 1 << 24;

    readonly List<LineRow> _lines = [];
    readonly List<InlineRow> _inlines = [];
    readonly List<ulong> _inlineKeys = [];
    readonly ByteBuffer _level = new();
    uint _rva;
    uint _size;
    bool _linesAreSorted;
    bool _hasOldInlines;

    /// <summary>Tells the file of an inline origin of the old dialect by the origin's number.</summary>
    public Func<uint, uint?> FileOfOrigin { get; set; } = _ => null;

    /// <summary>Ranges of the present function.</summary>
    public int InlineCount => _inlines.Count;

    public void Begin(uint rva, uint size)
    {
        (_rva, _size) = (rva, size);
        _lines.Clear();
        _inlines.Clear();
        _linesAreSorted = true;
        _hasOldInlines = false;
    }

    /// <summary>Adds a line; one of no bytes, or beyond any function's reach, is nothing that could be looked up.</summary>
    public void Add(LineRow line)
    {
        if (line.Size == 0 || line.Rva > uint.MaxValue)
            return;

        line.Size = Math.Min(line.Size, uint.MaxValue);
        _linesAreSorted &= _lines.Count == 0 || _lines[^1].Rva <= line.Rva;
        _lines.Add(line);
    }

    /// <summary>Adds the ranges of an INLINE record; false, with those in front added, when one cannot be read.</summary>
    public bool TryAdd(InlineRecord inline)
    {
        if (inline.Depth >= InlineProgram.MaxDepth || _inlines.Count > MaxInlines)
            return false;

        _hasOldInlines |= inline.CallFile is null;
        while (!inline.Ranges.IsAtEnd)
        {
            if (!inline.Ranges.TryReadHex(out var rva) || !inline.Ranges.TryReadHex(out var size))
                return false;

            // Ranges beyond any function's reach could not be looked up.
            if (rva > uint.MaxValue)
                continue;

            _inlines.Add(new()
            {
                Depth = inline.Depth,
                Rva = rva,
                Size = Math.Min(size, uint.MaxValue),
                Origin = inline.Origin,
                CallLine = inline.CallLine,
                CallFile = inline.CallFile ?? UnknownFile,
            });
        }

        return true;
    }

    /// <summary>Writes both programs. Tells how many lines were dropped because they overlap others.</summary>
    public int Write(ByteBuffer lines, ByteBuffer inlines)
    {
        Prepare();
        if (_inlines.Count > 0)
            InlineProgram.Write(inlines, _level, _rva, _size, CollectionsMarshal.AsSpan(_inlines));
        return LineProgram.Write(lines, _rva, _size, CollectionsMarshal.AsSpan(_lines));
    }

    /// <summary>Finds the line and the inlined calls at an address, as the programs would tell them.</summary>
    public int Find(uint rva, Span<InlineRow> inlines, out LineRow line)
    {
        Prepare();
        LineProgram.TryFind(CollectionsMarshal.AsSpan(_lines), _rva, _size, rva, out line);
        return InlineProgram.Find(CollectionsMarshal.AsSpan(_inlines), _rva, _size, rva, inlines);
    }

    void Prepare()
    {
        if (!_linesAreSorted)
            Sort(CollectionsMarshal.AsSpan(_lines));
        if (_inlines.Count == 0)
            return;

        SortInlines();
        if (_hasOldInlines)
            FindCallFiles();
    }

    /// <summary>By address; lines at the same one stay in the order of the file, so that the first counts.</summary>
    static void Sort(Span<LineRow> lines)
    {
        var keys = new (ulong Rva, int Order)[lines.Length];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = (lines[i].Rva, i);
        keys.AsSpan().Sort(lines);
    }

    /// <summary>By depth and address.</summary>
    void SortInlines()
    {
        var rows = CollectionsMarshal.AsSpan(_inlines);
        _inlineKeys.Clear();
        foreach (ref readonly var row in rows)
            _inlineKeys.Add((ulong)row.Depth << 32 | row.Rva);
        CollectionsMarshal.AsSpan(_inlineKeys).Sort(rows);
    }

    /// <summary>
    /// The old dialect does not say in which file a call is. It is in the file of the function that calls: for an inlined
    /// function that of its origin, for the outermost one that of the function's first line.
    /// </summary>
    void FindCallFiles()
    {
        var ownFile = _lines.Count > 0 ? _lines[0].File : UnknownFile;
        foreach (ref var row in CollectionsMarshal.AsSpan(_inlines))
        {
            if (row.CallFile != UnknownFile)
                continue;

            row.CallFile = row.Depth == 0 ? ownFile
                : FindCaller(row) is { } caller ? FileOfOrigin(caller.Origin) ?? UnknownFile
                : UnknownFile;
        }
    }

    InlineRow? FindCaller(InlineRow row)
    {
        var index = _inlineKeys.BinarySearch((ulong)(row.Depth - 1) << 32 | row.Rva);
        index = index < 0 ? ~index - 1 : index;
        return index >= 0 && _inlines[index] is var caller
            && caller.Depth == row.Depth - 1
            && row.Rva - caller.Rva < caller.Size
            ? caller
            : null;
    }
}
