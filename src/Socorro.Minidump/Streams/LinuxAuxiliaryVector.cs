using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>What the Linux kernel told the program when it started it (getauxval(3)).</summary>
public sealed class LinuxAuxiliaryVector
{
    const ulong ProgramHeaders = 3;
    const ulong Entry = 9;
    const ulong Hwcap = 16;
    const ulong VdsoHeader = 33;

    readonly Dictionary<ulong, ulong> _values;

    LinuxAuxiliaryVector(Dictionary<ulong, ulong> values) => _values = values;

    /// <summary>An address inside the program itself: its program headers, or where it was entered.</summary>
    public ulong? ProgramAddress => Find(ProgramHeaders) ?? Find(Entry);

    /// <summary>AT_ENTRY: where the program was entered.</summary>
    public ulong? EntryPoint => Find(Entry);

    /// <summary>Base of the library that the kernel maps into each process.</summary>
    public ulong? Vdso => Find(VdsoHeader);

    /// <summary>AT_HWCAP: bits that the architecture defines.</summary>
    public ulong? HardwareCapabilities => Find(Hwcap);

    /// <summary>A value by its AT_ number.</summary>
    public ulong? Find(ulong key) => _values.TryGetValue(key, out var value) ? value : null;

    internal static LinuxAuxiliaryVector Read(DumpFile file, CpuKind cpu)
    {
        var values = new Dictionary<ulong, ulong>();
        var width = CpuTraits.Find(cpu)?.PointerSize ?? 8;
        if (!file.TryFindStream(StreamType.LinuxAuxv, 0, out Fields stream))
            return new(values);

        var end = Math.Min(stream.Length, 2 * width * file.Limits.MaxListEntries);
        for (var at = 0; at + 2 * width <= end; at += 2 * width)
        {
            var key = width == 8 ? stream.UInt64(at) : stream.UInt32(at);
            if (key == 0)
                break;
            values[key] = width == 8 ? stream.UInt64(at + 8) : stream.UInt32(at + 4);
        }

        return new(values);
    }
}
