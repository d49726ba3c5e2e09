namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>A range of addresses, and the row that it belongs to. The end may be 2^32.</summary>
record struct RowRange(uint Start, ulong End, int Row);

/// <summary>From an address on, a row is the innermost one that may cover it.</summary>
readonly record struct Piece(uint Start, int Row);

/// <summary>What becomes of two ranges of which neither holds the other.</summary>
enum PartialOverlap
{
    DropLater,
    CutEarlier,
}

/// <summary>
/// Cuts nested ranges into pieces such that the last piece that does not start behind an address names the innermost range
/// that can cover it. Of identical ranges the first one given counts.
/// </summary>
static class RangePieces
{
    /// <summary>
    /// Sorts the ranges, adjusts the ends of those that are cut, and gives a dropped range the end 0. Tells how many were
    /// dropped or cut.
    /// </summary>
    public static int Resolve(Span<RowRange> ranges, PartialOverlap policy, List<Piece> pieces)
    {
        ranges.Sort(static (a, b) => (a.Start, b.End, a.Row).CompareTo((b.Start, a.End, b.Row)));
        var open = new Stack<int>();
        var adjusted = 0;
        for (var i = 0; i < ranges.Length; i++)
        {
            ref var range = ref ranges[i];
            Close(ranges, open, range.Start, pieces);
            if (open.TryPeek(out var outer) && IsInTheWay(ranges[outer], range))
            {
                adjusted++;
                if (policy == PartialOverlap.DropLater || ranges[outer].Start == range.Start)
                {
                    range.End = 0;
                    continue;
                }

                Cut(ranges, open, range);
            }

            open.Push(i);
            pieces.Add(new(range.Start, range.Row));
        }

        Close(ranges, open, ulong.MaxValue, pieces);
        return adjusted;
    }

    /// <summary>The same range again, or one that reaches out of the range that it starts in.</summary>
    static bool IsInTheWay(RowRange outer, RowRange range) =>
        range.End > outer.End || range.Start == outer.Start && range.End == outer.End;

    static void Cut(Span<RowRange> ranges, Stack<int> open, RowRange by)
    {
        while (open.TryPeek(out var index) && ranges[index].End < by.End)
        {
            ranges[index].End = by.Start;
            open.Pop();
        }
    }

    /// <summary>Where a range ends within another, the outer one continues.</summary>
    static void Close(Span<RowRange> ranges, Stack<int> open, ulong position, List<Piece> pieces)
    {
        while (open.TryPeek(out var index) && ranges[index].End <= position)
        {
            open.Pop();
            if (open.TryPeek(out var outer) && ranges[outer].End > ranges[index].End)
                pieces.Add(new((uint)ranges[index].End, ranges[outer].Row));
        }
    }
}
