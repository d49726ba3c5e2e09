using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>
/// What the thread information stream says of one thread. Times are FILETIMEs: 100 ns since 1601, or durations in 100
/// ns.
/// </summary>
/// <param name="Flags">
/// 1 failed, 2 wrote the dump, 4 exited, 8 not readable, 0x10 context not readable, 0x20 TEB not readable.
/// </param>
/// <param name="StartAddress">Where the thread began to run.</param>
public readonly record struct ThreadTimes(
    uint Flags,
    uint Error,
    uint ExitStatus,
    ulong CreateTime,
    ulong ExitTime,
    ulong KernelTime,
    ulong UserTime,
    ulong StartAddress,
    ulong Affinity)
{
    internal const uint PerMillisecond = 10_000;

    /// <summary>When the thread began, in seconds since 1970; null when it was not kept.</summary>
    public ulong? Created => ToUnixTime(CreateTime);

    /// <summary>When the thread ended, in seconds since 1970; null while it runs.</summary>
    public ulong? Exited => ToUnixTime(ExitTime);

    static ulong? ToUnixTime(ulong fileTime)
    {
        const ulong epoch = 116_444_736_000_000_000;
        return fileTime < epoch ? null : (fileTime - epoch) / (1000 * PerMillisecond);
    }

    internal static IReadOnlyDictionary<uint, ThreadTimes> ReadAll(DumpFile file)
    {
        var all = new Dictionary<uint, ThreadTimes>();
        var list = EntryList.ReadExtended(file, StreamType.ThreadInfoListStream, 4, 64, file.Limits.MaxThreads);
        for (var i = 0; i < list.Count; i++)
        {
            var entry = list[i];
            all[entry.UInt32(0)] = new(
                entry.UInt32(4),
                entry.UInt32(8),
                entry.UInt32(12),
                entry.UInt64(16),
                entry.UInt64(24),
                entry.UInt64(32),
                entry.UInt64(40),
                entry.UInt64(48),
                entry.UInt64(56));
        }

        return all;
    }
}
