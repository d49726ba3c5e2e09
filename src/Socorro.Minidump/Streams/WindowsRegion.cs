using Socorro.Minidumps.Format;
using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Streams;

/// <summary>A region of the address space as Windows describes it (MEMORY_BASIC_INFORMATION).</summary>
/// <param name="State">0x1000 committed, 0x2000 reserved, 0x10000 free.</param>
/// <param name="Protection">PAGE_ flags.</param>
/// <param name="Type">0x20000 private, 0x40000 a mapped file, 0x1000000 an image.</param>
public readonly record struct WindowsRegion(
    ulong Base,
    ulong AllocationBase,
    uint AllocationProtection,
    ulong Size,
    uint State,
    uint Protection,
    uint Type)
{
    const uint Committed = 0x1000;
    const uint Private = 0x20000;
    const uint Readable = 0x02 | 0x04 | 0x08 | 0x20 | 0x40 | 0x80;
    const uint Writable = 0x04 | 0x08 | 0x40 | 0x80;
    const uint Executable = 0x10 | 0x20 | 0x40 | 0x80;
    const uint Guarded = 0x100;

    /// <summary>What may be done there; nothing in memory that is not committed.</summary>
    public Permissions Permissions => State != Committed
        ? Permissions.None
        : Flag(Readable, Permissions.Read) | Flag(Writable, Permissions.Write) | Flag(Executable, Permissions.Execute)
            | Flag(Guarded, Permissions.Guard);

    internal AddressRange ToRange() => new(Base, Base + Size, Permissions, Type == Private, "");

    internal static IReadOnlyList<WindowsRegion> ReadAll(DumpFile file)
    {
        const int entrySize = 48;
        const StreamType type = StreamType.MemoryInfoListStream;
        var list = EntryList.ReadExtended(file, type, 8, entrySize, file.Limits.MaxMemoryRegions);
        var regions = new WindowsRegion[list.Count];
        for (var i = 0; i < regions.Length; i++)
        {
            var entry = list[i];
            regions[i] = new(
                entry.UInt64(0),
                entry.UInt64(8),
                entry.UInt32(16),
                entry.UInt64(24),
                entry.UInt32(32),
                entry.UInt32(36),
                entry.UInt32(40));
        }

        return regions;
    }

    Permissions Flag(uint flags, Permissions permission) => (Protection & flags) != 0 ? permission : Permissions.None;
}
