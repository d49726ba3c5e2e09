using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>
/// A library as the dynamic loader lists it (struct link_map): often a better name than the mapping has.
/// </summary>
/// <param name="LoadAddress">What the library's own addresses are relative to.</param>
/// <param name="DynamicSection">Where the library's dynamic section was.</param>
public readonly record struct LinuxLinkMap(ulong LoadAddress, string Name, ulong DynamicSection)
{
    internal static IReadOnlyList<LinuxLinkMap> ReadAll(DumpFile file, CpuKind cpu)
    {
        const StreamType type = StreamType.LinuxDsoDebug;
        const int smallest = 12;
        if (!file.TryFindStream(type, smallest, out Fields stream))
            return [];

        // Breakpad stores the structures of its own process, so their fields are as wide and aligned as its pointers.
        var width = CpuTraits.Find(cpu)?.PointerSize ?? 8;
        var count = stream.UInt32(8);
        var size = 3 * width;
        if (!file.TrySliceUpTo(stream.UInt32(4), (ulong)count * (uint)size, out var bytes) || count == 0)
            return [];

        var entries = EntryList.ReadBehind(
            file, type, new(bytes.Span, file.Header.BigEndian), 0, count, size, file.Limits.MaxModules);
        var maps = new LinuxLinkMap[entries.Count];
        for (var i = 0; i < maps.Length; i++)
        {
            var entry = entries[i];
            maps[i] = new(
                width == 8 ? entry.UInt64(0) : entry.UInt32(0),
                file.ReadUtf16(entry.UInt32(width)) ?? "",
                width == 8 ? entry.UInt64(16) : entry.UInt32(8));
        }

        return maps;
    }
}
