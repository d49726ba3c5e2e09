using System.Globalization;
using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>A handle that the process had open.</summary>
public sealed record HandleRecord
{
    /// <summary>The handle's value.</summary>
    public required ulong Handle { get; init; }

    /// <summary>Such as "Event" or "File"; null where it is not told.</summary>
    public string? TypeName { get; init; }

    /// <summary>Null for objects without a name.</summary>
    public string? ObjectName { get; init; }

    /// <summary>OBJ_ flags.</summary>
    public required uint Attributes { get; init; }

    /// <summary>ACCESS_MASK.</summary>
    public required uint GrantedAccess { get; init; }

    /// <summary>How many handles there are to the object.</summary>
    public required uint HandleCount { get; init; }

    /// <summary>How many references the kernel holds to the object.</summary>
    public required uint PointerCount { get; init; }

    /// <summary>Further facts about the object, each of its own type.</summary>
    public IReadOnlyList<HandleObjectRecord> ObjectRecords { get; init; } = [];

    internal static IReadOnlyList<HandleRecord> ReadAll(DumpFile file)
    {
        const int firstVersion = 32;
        const int objectRva = 32;
        const StreamType type = StreamType.HandleDataStream;
        var list = EntryList.ReadExtended(file, type, 4, firstVersion, file.Limits.MaxListEntries);
        var handles = new HandleRecord[list.Count];
        for (var i = 0; i < handles.Length; i++)
        {
            var entry = list[i];
            handles[i] = new()
            {
                Handle = entry.UInt64(0),
                TypeName = ReadName(file, entry.UInt32(8)),
                ObjectName = ReadName(file, entry.UInt32(12)),
                Attributes = entry.UInt32(16),
                GrantedAccess = entry.UInt32(20),
                HandleCount = entry.UInt32(24),
                PointerCount = entry.UInt32(28),
                ObjectRecords = entry.Has(objectRva, 4)
                    ? HandleObjectRecord.ReadChain(file, entry.UInt32(objectRva))
                    : [],
            };
        }

        return handles;
    }

    static string? ReadName(DumpFile file, uint rva) => rva == 0 ? null : file.ReadUtf16(rva);
}

/// <summary>One of the facts about the object behind a handle.</summary>
/// <param name="Type">1 thread, 2 and 3 mutant, 4 and 5 process, 6 event, 7 section, 8 semaphore.</param>
public sealed record HandleObjectRecord(uint Type, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>What kind of object the fact is about.</summary>
    public string Word => Type switch
    {
        1 => "thread",
        2 or 3 => "mutant",
        4 or 5 => "process",
        6 => "event",
        7 => "section",
        8 => "semaphore",
        _ => Type.ToString(CultureInfo.InvariantCulture),
    };

    // The records form a linked list, which a hostile dump can close to a ring. There are eight types.
    internal static IReadOnlyList<HandleObjectRecord> ReadChain(DumpFile file, uint rva)
    {
        const int header = 12;
        const int longest = 8;
        var records = new List<HandleObjectRecord>();
        while (rva != 0 && records.Count < longest && file.TryFields(new(header, rva), out var record))
        {
            if (!file.TrySlice(new(record.UInt32(8), rva + header), out var bytes))
                break;
            records.Add(new(record.UInt32(4), bytes));
            rva = record.UInt32(0);
        }

        return records;
    }
}
