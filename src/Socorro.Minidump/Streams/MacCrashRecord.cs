using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>
/// What a library left in its __crash_info section for the crash reporter. Numbers are null when zero or not written,
/// texts when empty.
/// </summary>
public sealed record MacCrashRecord
{
    /// <summary>Of the structure: 1, 4 or 5.</summary>
    public required ulong Version { get; init; }

    /// <summary>The thread, as the library numbers it.</summary>
    public ulong? Thread { get; init; }

    /// <summary>How the system's crash dialogue should look.</summary>
    public ulong? DialogMode { get; init; }

    /// <summary>Why the library gave up.</summary>
    public ulong? AbortCause { get; init; }

    /// <summary>The library that left the record.</summary>
    public string? ModulePath { get; init; }

    /// <summary>Why it ended the process, such as "abort() called".</summary>
    public string? Message { get; init; }

    /// <summary>A text by which such crashes are grouped.</summary>
    public string? SignatureString { get; init; }

    /// <summary>A stack in words.</summary>
    public string? Backtrace { get; init; }

    /// <summary>A second message.</summary>
    public string? Message2 { get; init; }

    internal static IReadOnlyList<MacCrashRecord> ReadAll(DumpFile file)
    {
        const int header = 12;
        const int locationSize = 8;
        if (!file.TryFindStream(StreamType.MozMacosCrashInfoStream, header, out Fields stream))
            return [];

        var claimed = stream.UInt32(4);
        var room = (stream.Length - header) / locationSize;
        var count = (int)Math.Min(claimed, (uint)Math.Min(room, file.Limits.MaxMacRecords));
        if (count < claimed)
            file.Problems.Add("MozMacosCrashInfoStream", $"claims {claimed} records; {count} were read");

        var records = new List<MacCrashRecord>();
        for (var i = 0; i < count; i++)
        {
            if (Read(file, stream.Location(header + i * locationSize), stream.UInt32(8)) is { } record)
                records.Add(record);
            else
                file.Problems.Add("MozMacosCrashInfoStream", $"has the record {i} that is not readable");
        }

        if (records.DistinctBy(record => record.Version).Count() > 1)
            file.Problems.Add("MozMacosCrashInfoStream", "has records of different versions");
        return records;
    }

    static MacCrashRecord? Read(DumpFile file, Location location, uint stringsStart)
    {
        const int smallest = 16;
        if (!file.TryFields(location, out var record) || !record.Has(0, smallest))
            return null;
        if (stringsStart < smallest || stringsStart > (uint)record.Length)
            return null;

        var version = record.UInt64(8);
        var start = record.Slice(0, (int)stringsStart);
        var strings = new Strings(file, record.Bytes[(int)stringsStart..]);
        return new()
        {
            Version = version,
            Thread = Number(start, 16, version >= 4),
            DialogMode = Number(start, 24, version >= 4),
            AbortCause = Number(start, 32, version >= 5),
            ModulePath = strings.Next(),
            Message = strings.Next(),
            SignatureString = strings.Next(),
            Backtrace = strings.Next(),
            Message2 = version >= 4 ? strings.Next() : null,
        };
    }

    static ulong? Number(Fields record, int offset, bool isWritten) =>
        isWritten && record.Has(offset, 8) && record.UInt64(offset) is not 0 and var value ? value : null;

    ref struct Strings(DumpFile file, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> _rest = bytes;

        public string? Next()
        {
            var end = _rest.IndexOf((byte)0);
            var text = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[(end + 1)..];
            var bound = Math.Min(text.Length, file.Limits.MaxStringLength);
            return text.IsEmpty ? null : file.DecodeUtf8(text[..bound]);
        }
    }
}
