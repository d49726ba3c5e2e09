using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>A module that had been unmapped before the crash, of which Windows remembers the last few.</summary>
public sealed record UnloadedModule(ulong Base, uint Size, uint Checksum, uint TimeDateStamp, string Name)
{
    /// <summary>The first address behind it.</summary>
    public ulong End => Base + Size;

    /// <summary>The name behind the last slash or backslash.</summary>
    public string LeafName => Module.LeafOf(Name);

    /// <summary>Timestamp and size, as for a Windows module.</summary>
    public string CodeId => $"{TimeDateStamp:x8}{Size:x}";

    /// <summary>Whether an address was in it.</summary>
    public bool Contains(ulong address) => address >= Base && address - Base < Size;

    internal static IReadOnlyList<UnloadedModule> ReadAll(DumpFile file)
    {
        const StreamType type = StreamType.UnloadedModuleListStream;
        var list = EntryList.ReadExtended(file, type, 4, 24, file.Limits.MaxModules);
        var modules = new UnloadedModule[list.Count];
        for (var i = 0; i < modules.Length; i++)
        {
            var entry = list[i];
            modules[i] = new(
                entry.UInt64(0),
                entry.UInt32(8),
                entry.UInt32(12),
                entry.UInt32(16),
                file.ReadUtf16(entry.UInt32(20)) ?? "");
        }

        return modules;
    }
}
