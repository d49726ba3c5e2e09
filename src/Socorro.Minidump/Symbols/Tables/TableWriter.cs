using System.Runtime.InteropServices;

namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>A FILE or INLINE_ORIGIN record, in the order of the text.</summary>
readonly record struct NumberedName(uint Number, int Order, uint Name);

/// <summary>Sorts what was gathered from a symbol file, settles overlaps, and writes the sections of a table.</summary>
sealed class TableWriter(TableOutput output)
{
    readonly ByteBuffer[] _sections = [.. Enumerable.Range(0, TableFile.SectionCount).Select(_ => new ByteBuffer())];
    readonly int[] _shifts = new int[TableFile.SectionCount];

    /// <summary>What will be a section; blobs go to the output directly.</summary>
    public ByteBuffer this[TableSection section]
    {
        get => _sections[(int)section];
        set => _sections[(int)section] = value;
    }

    /// <summary>Completes the table; false when it would be longer than arrays and maps of files can be.</summary>
    public bool TryFinish(TableKind kind, SourceStamp stamp)
    {
        if (output.BlobBytes + _sections.Sum(section => (long)section.Length) > TableFile.MaxContent)
            return false;

        output.Finish(kind, _sections, _shifts, stamp);
        return true;
    }

    /// <summary>Writes the functions and leaves them sorted. Tells how many overlap others and were left out.</summary>
    public int WriteFunctions(List<FunctionRow> functions)
    {
        var pieces = new List<Piece>(functions.Count);
        var dropped = AreApart(functions) ? 0 : SortFunctions(functions, pieces);
        if (pieces.Count == 0)
        {
            for (var i = 0; i < functions.Count; i++)
                pieces.Add(new(functions[i].Rva, i));
        }

        this[TableSection.Functions].EnsureRoom(functions.Count * FunctionRow.Stride);
        foreach (var function in functions)
            function.Write(this[TableSection.Functions]);
        this[TableSection.FunctionPieces].EnsureRoom(pieces.Count * 2 * sizeof(uint));
        foreach (var piece in pieces)
        {
            this[TableSection.FunctionPieces].WriteUInt32(piece.Start);
            this[TableSection.FunctionPieces].WriteUInt32((uint)piece.Row);
        }

        WritePages(TableSection.FunctionPages, pieces, static piece => piece.Start);
        return dropped;
    }

    /// <summary>Whether functions are sorted and none lies within another, as in most texts.</summary>
    static bool AreApart(List<FunctionRow> functions)
    {
        for (var i = 1; i < functions.Count; i++)
        {
            if (functions[i].Rva < (ulong)functions[i - 1].Rva + functions[i - 1].Size)
                return false;
        }

        return true;
    }

    /// <summary>Sorts functions and drops those that overlap others. The pieces are those of the sorted rows.</summary>
    static int SortFunctions(List<FunctionRow> functions, List<Piece> pieces)
    {
        var ranges = new RowRange[functions.Count];
        for (var i = 0; i < ranges.Length; i++)
            ranges[i] = new(functions[i].Rva, (ulong)functions[i].Rva + functions[i].Size, i);
        var dropped = RangePieces.Resolve(ranges, PartialOverlap.DropLater, pieces);

        // Rows are written in the order of their addresses; pieces must follow them there.
        var places = new int[functions.Count];
        var kept = new List<FunctionRow>(functions.Count);
        foreach (var range in ranges)
        {
            places[range.Row] = kept.Count;
            if (range.End != 0)
                kept.Add(functions[range.Row]);
        }

        functions.Clear();
        functions.AddRange(kept);
        for (var i = 0; i < pieces.Count; i++)
            pieces[i] = pieces[i] with { Row = places[pieces[i].Row] };
        return dropped;
    }

    /// <summary>Writes the unwind ranges and leaves them sorted. Tells how many overlap others and were left out.</summary>
    public int WriteCfiBlocks(List<CfiBlock> blocks)
    {
        var count = blocks.Count;
        SortIfNeeded(blocks, static (a, b) => (a.Rva, a.Rows).CompareTo((b.Rva, b.Rows)));
        var end = 0UL;
        blocks.RemoveAll(block =>
        {
            if (block.Rva < end)
                return true;

            end = block.End;
            return false;
        });
        this[TableSection.CfiBlocks].EnsureRoom(blocks.Count * CfiBlock.Stride);
        foreach (var block in blocks)
            block.Write(this[TableSection.CfiBlocks]);

        WritePages(TableSection.CfiPages, blocks, static block => block.Rva);
        return count - blocks.Count;
    }

    /// <summary>Writes the PUBLIC symbols with their bounds: sorted functions and unwind ranges make them.</summary>
    public void WritePublics(List<PublicRow> publics, List<FunctionRow> functions, List<CfiBlock> blocks)
    {
        if (publics.Count == 0)
            return;

        var ordered = publics.Select((row, order) => (row, order)).OrderBy(p => (p.row.Rva, p.order)).ToArray();
        var starts = Array.ConvertAll(ordered, p => p.row.Rva);
        var bounds = new PublicBounds(
            [.. functions.Select(function => function.Rva)],
            starts,
            [.. blocks.Select(block => new AddressRange(block.Rva, block.End))]);
        publics.Clear();
        for (var i = 0; i < ordered.Length; i++)
        {
            // Of several at one address the first counts.
            var size = i > 0 && starts[i - 1] == starts[i] ? 0 : bounds.SizeOf(starts[i]);
            if (size > 0)
                publics.Add(ordered[i].row with { Size = size });
        }

        foreach (var row in publics)
            row.Write(this[TableSection.Publics]);
        WritePages(TableSection.PublicPages, publics, static row => row.Rva);
    }

    /// <summary>Writes names by number; of several with one number the last counts.</summary>
    public void WriteNames(TableSection section, List<NumberedName> names)
    {
        SortIfNeeded(names, static (a, b) => (a.Number, a.Order).CompareTo((b.Number, b.Order)));
        for (var i = 0; i < names.Count; i++)
        {
            if (i + 1 < names.Count && names[i + 1].Number == names[i].Number)
                continue;

            this[section].WriteUInt32(names[i].Number);
            this[section].WriteUInt32(names[i].Name);
        }
    }

    public void WriteWin(List<WinFrame> frames, List<uint> programs)
    {
        WriteWinPieces(TableSection.FrameDataPieces, frames, hasProgram: true);
        WriteWinPieces(TableSection.FpoPieces, frames, hasProgram: false);
        for (var i = 0; i < frames.Count; i++)
            WinRow.Write(this[TableSection.WinFrames], frames[i], programs[i]);
    }

    /// <summary>Frames that are cut by others get their new size here.</summary>
    void WriteWinPieces(TableSection section, List<WinFrame> frames, bool hasProgram)
    {
        var ranges = new List<RowRange>();
        for (var i = 0; i < frames.Count; i++)
        {
            if (frames[i].HasProgram == hasProgram && frames[i].Size > 0)
                ranges.Add(new((uint)frames[i].Rva, frames[i].Rva + frames[i].Size, i));
        }

        var pieces = new List<Piece>();
        RangePieces.Resolve(CollectionsMarshal.AsSpan(ranges), PartialOverlap.CutEarlier, pieces);
        foreach (var range in ranges)
        {
            if (range.End != 0)
                frames[range.Row] = frames[range.Row] with { Size = (uint)(range.End - range.Start) };
        }

        foreach (var piece in pieces)
        {
            this[section].WriteUInt32(piece.Start);
            this[section].WriteUInt32((uint)piece.Row);
        }
    }

    void WritePages<T>(TableSection section, List<T> rows, Func<T, uint> startOf)
    {
        var starts = new uint[rows.Count];
        for (var i = 0; i < starts.Length; i++)
            starts[i] = startOf(rows[i]);
        _shifts[(int)section] = PageIndex.Write(this[section], starts);
    }

    static void SortIfNeeded<T>(List<T> rows, Comparison<T> comparison)
    {
        for (var i = 1; i < rows.Count; i++)
        {
            if (comparison(rows[i - 1], rows[i]) > 0)
            {
                rows.Sort(comparison);
                return;
            }
        }
    }
}
