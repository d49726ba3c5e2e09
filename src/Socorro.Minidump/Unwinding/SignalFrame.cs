using System.Collections.Concurrent;
using System.Globalization;
using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Unwinding;

/// <summary>
/// The frames that the Linux kernel puts on a stack to run a signal handler (signal-frames.txt). Their code returns to the
/// kernel; above it lie the registers of what was interrupted.
/// </summary>
static class SignalFrame
{
    /// <summary>Bytes of the shortest code.</summary>
    const int Shortest = 4;

    const int Longest = 16;

    /// <summary>Those of a processor are read when its first dump is.</summary>
    static readonly ConcurrentDictionary<CpuKind, Layout[]> Layouts = new();

    /// <summary>
    /// Whether a return address is that of the code by which signal handlers return. Its first instruction is never reached
    /// by a call, so it is known by what stands there or by its name.
    /// </summary>
    public static bool IsTrampoline(WalkContext walk, ulong pc, CodeLocation before)
    {
        if (!walk.IsLinux || before.IsInFunction(pc))
            return false;

        return FindByCode(walk, pc) is not null || IsNamed(walk.Code.Locate(pc), pc) || IsInKernelsCode(walk, pc);
    }

    // Where handlers return to the kernel's own library, which is rarely in a dump: it calls nothing else, so no other frame
    // returns there.
    static bool IsInKernelsCode(WalkContext walk, ulong pc) =>
        walk.Cpu.Kind is CpuKind.Arm64 or CpuKind.RiscV64 or CpuKind.Mips or CpuKind.Mips64
        && walk.Code.FindModule(pc) is >= 0 and var module
        && (walk.Code.Modules[module].Name.StartsWith("linux-gate", StringComparison.Ordinal)
            || walk.Code.Modules[module].Name.StartsWith("linux-vdso", StringComparison.Ordinal)
            || walk.Code.Modules[module].Name.StartsWith("[vdso", StringComparison.Ordinal));

    /// <summary>Restores the registers of what the signal interrupted.</summary>
    public static bool TryRestore(WalkContext walk, WalkFrame trampoline, WalkFrame interrupted)
    {
        var layout = FindByCode(walk, trampoline.Registers[walk.Cpu.Pc])
            ?? (LayoutsOf(walk.Cpu) is { Length: > 0 } known ? known[IsWithoutInfo(trampoline.Location) ? ^1 : 0] : null);
        if (layout is null || !trampoline.Registers.TryGet(walk.Cpu.Sp, out var sp))
            return false;

        interrupted.Registers = default;
        for (var i = 0; i < layout.Registers.Length; i++)
        {
            var slot = (sp + layout.Offset + (ulong)(i * layout.Stride)) & walk.Cpu.AddressMask;
            if (layout.Registers[i] < 0)
                continue;
            if (!walk.Memory.TryReadInteger(slot, layout.Stride, out var value))
                return false;
            interrupted.Registers.Set(layout.Registers[i], value & walk.Cpu.AddressMask);
        }

        interrupted.Trust = FrameTrust.Cfi;
        interrupted.IsInterrupted = true;
        return IsPlausible(walk, interrupted);
    }

    static bool IsPlausible(WalkContext walk, WalkFrame interrupted) =>
        walk.Memory.TryFind(interrupted.Registers[walk.Cpu.Sp], out _)
        || walk.Code.FindModule(interrupted.Registers[walk.Cpu.Pc]) >= 0;

    static Layout? FindByCode(WalkContext walk, ulong pc)
    {
        Span<byte> code = stackalloc byte[Longest];
        if (LayoutsOf(walk.Cpu) is not { Length: > 0 } layouts || !walk.TryReadCode(pc, code[..Shortest]))
            return null;

        foreach (var layout in layouts)
        {
            if (code.StartsWith(layout.Code.AsSpan(0, Shortest))
                && walk.TryReadCode(pc, code[..layout.Code.Length])
                && code.StartsWith(layout.Code))
            {
                return layout;
            }
        }

        return null;
    }

    static bool IsNamed(CodeLocation location, ulong pc) =>
        location.FunctionBase == pc
        && (location.FunctionUtf8.Span.EndsWith("__restore_rt"u8)
            || location.FunctionUtf8.Span.EndsWith("__restore"u8)
            || location.FunctionUtf8.Span.EndsWith("_sa_restorer"u8)
            || location.FunctionUtf8.Span.EndsWith("sigreturn"u8));

    // Older kernels' frames, of which the last line of a processor is one, where it has one.
    static bool IsWithoutInfo(CodeLocation location) =>
        location.FunctionUtf8.Span is var name
        && !name.IsEmpty
        && (name.EndsWith("__restore"u8) || name.EndsWith("_sa_restorer"u8) || name.EndsWith("sigreturn"u8))
        && name.IndexOf("rt_"u8) < 0;

    static Layout[] LayoutsOf(CpuTraits cpu) => Layouts.GetOrAdd(cpu.Kind, static (_, cpu) => [.. Load(cpu)], cpu);

    static IEnumerable<Layout> Load(CpuTraits cpu)
    {
        using var stream = typeof(SignalFrame).Assembly.GetManifestResourceStream(typeof(SignalFrame), "signal-frames.txt")
            ?? throw new InvalidOperationException("signal-frames.txt is not embedded");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line is [] or ['#', ..])
                continue;

            var fields = line.Split('|', StringSplitOptions.TrimEntries);
            var walked = CpuTraits.Find(fields[0])
                ?? throw new InvalidOperationException($"signal-frames.txt: {fields[0]} is not walked");
            if (walked == cpu)
                yield return Layout.Parse(cpu, fields);
        }
    }

    sealed class Layout
    {
        public required byte[] Code { get; init; }

        /// <summary>Bytes from the trampoline's stack pointer to the first register.</summary>
        public required ulong Offset { get; init; }

        /// <summary>Bytes from one register to the next.</summary>
        public required int Stride { get; init; }

        /// <summary>Index of each register in the kernel's order; −1 for those that are not kept.</summary>
        public required int[] Registers { get; init; }

        public static Layout Parse(CpuTraits cpu, string[] fields) => new()
        {
            Code = Convert.FromHexString(fields[1]),
            Offset = ulong.Parse(fields[2], CultureInfo.InvariantCulture),
            Stride = int.Parse(fields[3], CultureInfo.InvariantCulture),
            Registers = [.. fields[4].Split(' ').SelectMany(word => Repeat(cpu, word))],
        };

        static IEnumerable<int> Repeat(CpuTraits cpu, string word) => word.Split('*') is [var count, var repeated]
            ? Enumerable.Repeat(cpu.IndexOf(repeated), int.Parse(count, CultureInfo.InvariantCulture))
            : [cpu.IndexOf(word)];
    }
}
