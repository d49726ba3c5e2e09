namespace Socorro.Minidumps.Memory;

/// <summary>
/// Says which of many ranges an address is in. Where they overlap it is the one that begins last; of those that begin
/// together, the one that ranks higher, then the one given first.
/// </summary>
sealed class AddressIndex
{
    readonly ulong[] _starts;
    readonly int[] _owners;

    AddressIndex(ulong[] starts, int[] owners)
    {
        _starts = starts;
        _owners = owners;
    }

    /// <param name="End">
    /// The first address behind the range; ranges that end at or before their start are left out.
    /// </param>
    public readonly record struct Range(ulong Start, ulong End, int Rank);

    public static AddressIndex Build(Range[] ranges)
    {
        var order = Enumerable.Range(0, ranges.Length).Where(i => ranges[i].End > ranges[i].Start).ToArray();
        Array.Sort(order, (a, b) => Compare(ranges, a, b));

        var starts = new List<ulong>(2 * order.Length);
        var owners = new List<int>(2 * order.Length);
        var enclosing = new Stack<int>();
        foreach (var index in order)
        {
            Close(ranges[index].Start);
            Mark(ranges[index].Start, index);
            enclosing.Push(index);
        }

        Close(ulong.MaxValue);
        return new([.. starts], [.. owners]);

        // Ends the ranges that end before an address: behind them, what encloses them goes on.
        void Close(ulong address)
        {
            while (enclosing.TryPeek(out var top) && ranges[top].End <= address)
            {
                enclosing.Pop();
                var end = ranges[top].End;
                while (enclosing.TryPeek(out var outer) && ranges[outer].End <= end)
                    enclosing.Pop();
                Mark(end, enclosing.TryPeek(out var next) ? next : -1);
            }
        }

        // Of several marks at one address the last one holds.
        void Mark(ulong address, int owner)
        {
            if (starts is [.., var last] && last == address)
            {
                owners[^1] = owner;
                return;
            }

            starts.Add(address);
            owners.Add(owner);
        }
    }

    /// <summary>The index of the range that an address is in, or −1.</summary>
    public int Find(ulong address)
    {
        var found = Array.BinarySearch(_starts, address);
        if (found < 0)
            found = ~found - 1;
        return found < 0 ? -1 : _owners[found];
    }

    // The range that should win at a common start comes last.
    static int Compare(Range[] ranges, int a, int b)
    {
        var order = ranges[a].Start.CompareTo(ranges[b].Start);
        if (order == 0)
            order = ranges[a].Rank.CompareTo(ranges[b].Rank);
        return order == 0 ? b.CompareTo(a) : order;
    }
}
