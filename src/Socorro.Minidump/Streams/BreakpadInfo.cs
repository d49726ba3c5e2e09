using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>Which threads Breakpad's client ran on; each is null unless the writer said it.</summary>
/// <param name="DumpThreadId">The thread that wrote the dump, of no interest itself.</param>
/// <param name="RequestingThreadId">The thread that asked for the dump.</param>
public sealed record BreakpadInfo(uint? DumpThreadId, uint? RequestingThreadId)
{
    internal static BreakpadInfo? Read(DumpFile file)
    {
        if (!file.TryFindStream(StreamType.BreakpadInfoStream, 12, out Fields stream))
            return null;

        var validity = stream.UInt32(0);
        return new(
            (validity & 1) != 0 ? stream.UInt32(4) : null,
            (validity & 2) != 0 ? stream.UInt32(8) : null);
    }
}
