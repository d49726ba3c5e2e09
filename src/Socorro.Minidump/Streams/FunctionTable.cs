using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>Unwind data that a just-in-time compiler registered with Windows for code in no module.</summary>
/// <param name="Minimum">The lowest address that the entries cover.</param>
/// <param name="Maximum">The first address behind the last function.</param>
/// <param name="Base">What the entries' addresses are relative to.</param>
/// <param name="EntrySize">Bytes of an entry: 12 for the RUNTIME_FUNCTION of x64, 8 for that of arm64.</param>
/// <param name="Entries">The entries as they stand in the dump.</param>
public sealed record FunctionTable(
    ulong Minimum, ulong Maximum, ulong Base, int EntrySize, ReadOnlyMemory<byte> Entries)
{
    const string Where = "FunctionTable";

    internal static IReadOnlyList<FunctionTable> ReadAll(DumpFile file)
    {
        const int headerSize = 24;
        if (!file.TryFindStream(StreamType.FunctionTable, headerSize, out ReadOnlyMemory<byte> bytes))
            return [];

        var stream = new Fields(bytes.Span, file.Header.BigEndian);
        var layout = new Layout(stream.UInt32(4), stream.UInt32(8), stream.UInt32(12));
        var at = stream.UInt32(0) + (ulong)stream.UInt32(20);
        var tables = new List<FunctionTable>();
        for (var left = stream.UInt32(16); left > 0; left--)
        {
            if (tables.Count == file.Limits.MaxListEntries || !TryRead(stream, bytes, layout, ref at, out var table))
            {
                file.Problems.Add(Where, $"claims {left} more tables than were read");
                break;
            }

            tables.Add(table);
        }

        return tables;
    }

    static bool TryRead(
        Fields stream, ReadOnlyMemory<byte> bytes, Layout layout, ref ulong at, out FunctionTable table)
    {
        const int descriptorSize = 32;
        table = null!; // set before any return of true
        if (layout.Descriptor < descriptorSize || layout.Entry == 0)
            return false;
        if (at > (ulong)stream.Length || !stream.Has((int)at, descriptorSize))
            return false;

        var descriptor = stream.From((int)at);
        var start = at + layout.Descriptor + layout.NativeDescriptor;
        var size = (ulong)descriptor.UInt32(24) * layout.Entry;
        if (start > (ulong)stream.Length || size > (ulong)stream.Length - start)
            return false;

        table = new(
            descriptor.UInt64(0),
            descriptor.UInt64(8),
            descriptor.UInt64(16),
            (int)layout.Entry,
            bytes.Slice((int)start, (int)size));
        at = start + size + descriptor.UInt32(28);
        return true;
    }

    readonly record struct Layout(uint Descriptor, uint NativeDescriptor, uint Entry);
}
