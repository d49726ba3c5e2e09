using System.Numerics;

namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>
/// For each page of the address space the number of rows that start in front of it, so that a search begins among a
/// handful. Pages are as large as makes about one row each, whatever the addresses.
/// </summary>
static class PageIndex
{
    /// <summary>Writes the index of sorted addresses and tells its shift.</summary>
    public static int Write(ByteBuffer index, ReadOnlySpan<uint> starts)
    {
        if (starts.IsEmpty)
            return 0;

        var perRow = starts[^1] / (uint)starts.Length;
        var shift = perRow == 0 ? 0 : Math.Min(1 + BitOperations.Log2(perRow), 31);
        var row = 0;
        for (var page = 0u; page <= starts[^1] >> shift; page++)
        {
            while (row < starts.Length && starts[row] >> shift < page)
                row++;
            index.WriteUInt32((uint)row);
        }

        index.WriteUInt32((uint)starts.Length);
        return shift;
    }
}
