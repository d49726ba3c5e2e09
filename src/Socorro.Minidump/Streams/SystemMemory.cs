using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>How much memory the machine had, and how much of it was in use. All but the first are in pages.</summary>
/// <param name="PageSize">Bytes.</param>
/// <param name="Committed">What is promised to programs, in memory and page files.</param>
/// <param name="CommitLimit">What can be promised without growing the page files.</param>
public sealed record SystemMemory(
    uint PageSize, uint PhysicalPages, ulong AvailablePages, ulong Committed, ulong CommitLimit, ulong PeakCommitment)
{
    internal static SystemMemory? Read(DumpFile file) =>
        file.TryFindStream(StreamType.SystemMemoryInfoStream, 148, out Fields stream)
            ? new(
                stream.UInt32(8),
                stream.UInt32(12),
                stream.UInt64(116),
                stream.UInt64(124),
                stream.UInt64(132),
                stream.UInt64(140))
            : null;
}

/// <summary>How much memory the process used, in bytes.</summary>
public sealed record ProcessMemory(
    uint PageFaults,
    ulong PeakWorkingSet,
    ulong WorkingSet,
    ulong PagefileUsage,
    ulong PeakPagefileUsage,
    ulong PrivateUsage)
{
    const int HasVirtualSizes = 2;

    /// <summary>Bytes of the address space in use; null in the first revision.</summary>
    public ulong? VirtualSize { get; private init; }

    /// <summary>The most that <see cref="VirtualSize"/> has been; null in the first revision.</summary>
    public ulong? PeakVirtualSize { get; private init; }

    internal static ProcessMemory? Read(DumpFile file)
    {
        const int firstRevision = 80;
        if (!file.TryFindStream(StreamType.ProcessVmCountersStream, firstRevision, out Fields stream))
            return null;

        // The second revision put the virtual sizes in front of the private usage.
        var isSecond = stream.UInt16(0) >= 2 && stream.Has(88, 8);
        var sizes = isSecond && (stream.UInt16(2) & HasVirtualSizes) != 0;
        return new(
            stream.UInt32(4),
            stream.UInt64(8),
            stream.UInt64(16),
            stream.UInt64(56),
            stream.UInt64(64),
            stream.UInt64(isSecond ? 88 : 72))
        {
            PeakVirtualSize = sizes ? stream.UInt64(72) : null,
            VirtualSize = sizes ? stream.UInt64(80) : null,
        };
    }
}
