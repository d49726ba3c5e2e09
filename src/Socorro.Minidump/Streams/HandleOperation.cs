using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>
/// Something that was done with a handle, as the application verifier of Windows remembers it (AVRF_HANDLE_OPERATION of
/// avrfsdk.h). Tells who closed a handle that is invalid now.
/// </summary>
/// <param name="Kind">1 opened, 2 closed, 3 used though it was invalid.</param>
/// <param name="ReturnAddresses">Who called, the innermost first.</param>
public sealed record HandleOperation(
    ulong Handle, uint ProcessId, uint ThreadId, uint Kind, IReadOnlyList<ulong> ReturnAddresses)
{
    /// <summary>"open", "close", "bad reference"; others by their number.</summary>
    public string Word => Kind switch
    {
        1 => "open",
        2 => "close",
        3 => "bad reference",
        _ => $"operation {Kind}",
    };

    internal static IReadOnlyList<HandleOperation> ReadAll(DumpFile file)
    {
        const int essential = 20;
        const StreamType type = StreamType.HandleOperationListStream;
        var list = EntryList.ReadExtended(file, type, 4, essential, file.Limits.MaxListEntries);
        var operations = new HandleOperation[list.Count];
        for (var i = 0; i < operations.Length; i++)
        {
            var entry = list[i];
            operations[i] = new(
                entry.UInt64(0), entry.UInt32(8), entry.UInt32(12), entry.UInt32(16), ReadTrace(entry));
        }

        return operations;
    }

    // Depth, an index, and room for 32 addresses, of which unused ones are 0.
    static ulong[] ReadTrace(Fields entry)
    {
        const int depth = 24;
        const int addresses = 32;
        const int most = 32;
        var room = (entry.Length - addresses) / 8;
        if (room <= 0)
            return [];

        var trace = new ulong[Math.Min(entry.UInt32(depth), (uint)Math.Min(room, most))];
        for (var i = 0; i < trace.Length; i++)
            trace[i] = entry.UInt64(addresses + 8 * i);
        return [.. trace.TakeWhile(address => address != 0)];
    }
}
