using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Reasons;

/// <summary>
/// An exception that was being handled when the one of the dump came (EXCEPTION_RECORD in the process's own memory).
/// </summary>
public sealed record NestedRecord(uint Code, uint Flags, ulong Address, IReadOnlyList<ulong> Parameters)
{
    const int MaxDepth = 16;
    const int MaxParameters = 15;

    /// <summary>The chain behind the dump's exception, the newest first, as far as its memory was captured. Only Windows has such chains.</summary>
    public static IReadOnlyList<NestedRecord> ReadAll(Minidump dump)
    {
        var chain = new List<NestedRecord>();
        var next = dump.Os == OsKind.Windows ? dump.Exception?.ChainedRecord ?? 0 : 0;
        var pointerSize = CpuTraits.Find(dump.Cpu)?.PointerSize ?? 8;
        while (next != 0 && chain.Count < MaxDepth && Read(dump, ref next, pointerSize) is { } record)
            chain.Add(record);
        return chain;
    }

    /// <summary>What the exception is called.</summary>
    public string Describe(OsKind os, CpuKind cpu) => CrashReason.Explain(
        new()
        {
            ThreadId = 0,
            Code = Code,
            Flags = Flags,
            ChainedRecord = 0,
            Address = Address,
            Parameters = Parameters,
            Context = null,
            ContextLocation = default,
        },
        os,
        cpu).Text;

    static NestedRecord? Read(Minidump dump, ref ulong at, int pointerSize)
    {
        var address = at;
        var width = (ulong)pointerSize;
        if (!TryRead(0, 4, out var code) || !TryRead(4, 4, out var flags) || !TryRead(8, pointerSize, out at)
            || !TryRead(8 + width, pointerSize, out var where) || !TryRead(8 + 2 * width, 4, out var count))
        {
            return null;
        }

        var parameters = new List<ulong>();
        while ((uint)parameters.Count < Math.Min(count, MaxParameters)
            && TryRead(8 + (3 + (ulong)parameters.Count) * width, pointerSize, out var value))
        {
            parameters.Add(value);
        }

        return new((uint)code, (uint)flags, where, parameters);

        bool TryRead(ulong offset, int size, out ulong value) =>
            dump.Memory.TryReadInteger(address + offset, size, out value);
    }
}
