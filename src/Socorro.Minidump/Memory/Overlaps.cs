namespace Socorro.Minidumps.Memory;

/// <summary>Cuts overlapping regions into pieces of which each address is in one.</summary>
static class Overlaps
{
    /// <summary>
    /// The regions by rising address, where the later of two overlapping ones wins. Takes O(n log n) however they
    /// overlap.
    /// </summary>
    public static MemoryRegion[] Resolve(MemoryRegion[] regions)
    {
        var order = new int[regions.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;

        Array.Sort(order, (a, b) => (regions[a].Address, a).CompareTo((regions[b].Address, b)));
        var sorted = Array.ConvertAll(order, index => regions[index]);
        return AreDisjoint(sorted) ? sorted : Sweep(sorted, order);
    }

    static bool AreDisjoint(MemoryRegion[] sorted)
    {
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Address < sorted[i - 1].End)
                return false;
        }

        return true;
    }

    // Goes up the addresses with the regions that cover the present one in a heap, the latest on top.
    static MemoryRegion[] Sweep(MemoryRegion[] sorted, int[] order)
    {
        var pieces = new List<MemoryRegion>(sorted.Length);
        var open = new PriorityQueue<int, int>();
        var next = 0;
        var address = 0UL;
        while (true)
        {
            while (open.TryPeek(out var ended, out _) && sorted[ended].End <= address)
                open.Dequeue();

            if (open.Count == 0)
            {
                if (next == sorted.Length)
                    return [.. pieces];
                address = sorted[next].Address;
                Open(next++);
                continue;
            }

            var top = open.Peek();
            var end = sorted[top].End;
            while (next < sorted.Length && sorted[next].Address < end)
            {
                if (order[next] > order[top])
                    end = sorted[next].Address;
                Open(next++);
            }

            if (end > address)
                pieces.Add(Cut(sorted[top], address, end));
            address = end;
        }

        void Open(int index) => open.Enqueue(index, -order[index]);
    }

    static MemoryRegion Cut(MemoryRegion region, ulong start, ulong end) =>
        new(start, region.Bytes.Slice((int)(start - region.Address), (int)(end - start)));
}
