using Socorro.Minidumps.Format;
using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Streams;

/// <summary>Gathers the captured memory from both memory lists and the threads' own stacks into one map.</summary>
static class CapturedMemory
{
    /// <param name="loose">Regions that are in no list.</param>
    public static MemoryMap Read(DumpFile file, IReadOnlyList<ThreadRecord> threads, IReadOnlyList<MemoryRegion> loose)
    {
        var regions = new List<MemoryRegion>(loose);
        foreach (var thread in threads)
            regions.Add(thread.Stack);

        ReadMemoryList(file, regions);
        ReadMemory64List(file, regions);
        return MemoryMap.Build(regions, file.Header.BigEndian);
    }

    static void ReadMemoryList(DumpFile file, List<MemoryRegion> regions)
    {
        var list = EntryList.ReadPlain(file, StreamType.MemoryListStream, 16, file.Limits.MaxMemoryRegions);
        for (var i = 0; i < list.Count; i++)
        {
            var location = list[i].Location(8);
            if (location.Rva == 0 || location.Size == 0)
                continue;
            if (file.TrySlice(location, out var bytes))
                Add(file, regions, StreamType.MemoryListStream, list[i].UInt64(0), bytes);
            else
                file.Problems.Add("MemoryListStream", $"has a region at 0x{list[i].UInt64(0):x} outside the file");
        }
    }

    // The bytes of all regions follow each other from one place in the file. When the file is cut short, the regions
    // before the cut are still good, and so is the beginning of the one that it goes through.
    static void ReadMemory64List(DumpFile file, List<MemoryRegion> regions)
    {
        const int headerSize = 16;
        const StreamType type = StreamType.Memory64ListStream;
        if (!file.TryFindStream(type, headerSize, out Fields stream))
            return;

        var limit = file.Limits.MaxMemoryRegions;
        var list = EntryList.ReadBehind(file, type, stream, headerSize, stream.UInt64(0), 16, limit);
        var rva = stream.UInt64(8);
        for (var i = 0; i < list.Count; i++)
        {
            var size = list[i].UInt64(8);
            if (!file.TrySliceUpTo(rva, size, out var bytes))
                break;
            Add(file, regions, type, list[i].UInt64(0), bytes);
            if ((ulong)bytes.Length < size)
            {
                file.Problems.Add(type.ToString(), $"ends with the file inside the region at 0x{list[i].UInt64(0):x}");
                break;
            }

            rva += size;
        }
    }

    static void Add(
        DumpFile file, List<MemoryRegion> regions, StreamType type, ulong address, ReadOnlyMemory<byte> bytes)
    {
        if (address + (ulong)bytes.Length < address)
            file.Problems.Add(type.ToString(), $"has a region at 0x{address:x} that wraps around the address space");
        else
            regions.Add(new(address, bytes));
    }
}
