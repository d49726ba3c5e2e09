using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Streams;

/// <summary>
/// What a Windows thread's environment block tells about its latest failures; null where it was not captured.
/// </summary>
/// <param name="LastError">What GetLastError would return.</param>
/// <param name="LastStatus">The last NTSTATUS that became such an error.</param>
public readonly record struct ThreadEnvironment(uint? LastError, uint? LastStatus)
{
    /// <summary>Reads the block of a thread. On other systems, Crashpad puts the address of thread-local variables in its place.</summary>
    public static ThreadEnvironment Read(Minidump dump, ThreadRecord thread)
    {
        if (dump.Os != OsKind.Windows || thread.Teb == 0 || CpuTraits.Find(dump.Cpu) is not { } traits)
            return default;

        var isWide = traits.PointerSize == 8;
        return new(
            Find(dump, thread.Teb + (isWide ? 0x68UL : 0x34UL)),
            Find(dump, thread.Teb + (isWide ? 0x1250UL : 0xbf4UL)));
    }

    static uint? Find(Minidump dump, ulong address) =>
        dump.Memory.TryReadInteger(address, 4, out var value) ? (uint)value : null;
}
