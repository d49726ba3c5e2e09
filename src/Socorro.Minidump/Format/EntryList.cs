namespace Socorro.Minidumps.Format;

/// <summary>The entries of a list stream: structures of one size, one behind the other.</summary>
readonly ref struct EntryList(Fields entries, int count, int stride)
{
    readonly Fields _entries = entries;

    public int Count => count;

    public Fields this[int index] => _entries.Slice(index * stride, stride);

    /// <summary>
    /// A list that begins with a count of 32 bits. Some writers put 4 bytes of padding behind the count. What a list
    /// claims beyond its stream or the limit is left out and noted.
    /// </summary>
    public static EntryList ReadPlain(DumpFile file, StreamType type, int entrySize, int limit)
    {
        if (!file.TryFindStream(type, 4, out Fields stream))
            return default;

        var count = stream.UInt32(0);
        var size = (ulong)count * (uint)entrySize;
        var start = (ulong)stream.Length == 8 + size ? 8 : 4;
        if ((ulong)stream.Length > (ulong)start + size)
            file.Problems.Add(type.ToString(), $"has {stream.Length - start - (long)size} bytes behind its last entry");
        return Take(file, type, stream.From(start), count, entrySize, limit);
    }

    /// <summary>
    /// A list with a header that says its own size and that of an entry. Later versions of the format may have longer
    /// entries, of which the known beginning is read. A count of 64 bits is one of 32 in the headers of some writers.
    /// </summary>
    public static EntryList ReadExtended(DumpFile file, StreamType type, int countSize, int entrySize, int limit)
    {
        const int shortHeader = 12;
        const int longHeader = 16;
        if (!file.TryFindStream(type, shortHeader, out Fields stream))
            return default;

        var start = Math.Max(stream.UInt32(0), shortHeader);
        var stride = stream.UInt32(4);
        var hasLongCount = countSize == 8 && start >= longHeader && stream.Has(0, longHeader);
        var count = hasLongCount ? stream.UInt64(8) : stream.UInt32(8);
        if (count == 0)
            return default;
        if (stride < entrySize || stride > stream.Length || start > stream.Length)
        {
            file.Problems.Add(type.ToString(), $"claims entries of {stride} bytes behind a header of {start}");
            return default;
        }

        return Take(file, type, stream.From((int)start), count, (int)stride, limit);
    }

    /// <summary>The entries of a list whose header the caller has read.</summary>
    public static EntryList ReadBehind(
        DumpFile file, StreamType type, Fields stream, int headerSize, ulong count, int entrySize, int limit) =>
        Take(file, type, stream.From(headerSize), count, entrySize, limit);

    static EntryList Take(DumpFile file, StreamType type, Fields entries, ulong count, int stride, int limit)
    {
        var room = (ulong)(entries.Length / stride);
        if (count > room)
        {
            file.Problems.Add(type.ToString(), $"claims {count} entries but has room for {room}");
            count = room;
        }

        if (count > (ulong)limit)
        {
            file.Problems.Add(type.ToString(), $"claims {count} entries; the first {limit} were read");
            count = (ulong)limit;
        }

        return new(entries, (int)count, stride);
    }
}
