using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Cpu;

/// <summary>
/// Where a CPU's context structure keeps the registers of <see cref="CpuTraits"/>. The structures are CONTEXT of the
/// Windows headers and MDRawContext* of Breakpad.
/// </summary>
sealed record ContextLayout(CpuKind Cpu)
{
    /// <summary>The bits of the flags that name this architecture; one of them must be set.</summary>
    public required ulong CpuFlags { get; init; }

    /// <summary>Bytes of the whole structure.</summary>
    public required int Size { get; init; }

    public int FlagsOffset { get; init; }

    /// <summary>Bytes of the flags: 4, or 8 where Breakpad made them as wide as a register.</summary>
    public int FlagsWidth { get; init; } = 4;

    /// <summary>Offset of each register, by its index in <see cref="CpuTraits.RegisterNames"/>.</summary>
    public required int[] Offsets { get; init; }

    /// <summary>Bytes of a register as stored, which MIPS makes 8 on 32-bit processors too.</summary>
    public required int Width { get; init; }

    /// <summary>A status register that is 4 bytes wide whatever the others are; −1 for none.</summary>
    public int NarrowRegister { get; init; } = -1;

    /// <summary>
    /// How much of the structure must be there: writers may leave out the floating-point state at its end.
    /// </summary>
    public int EssentialSize { get; private init; }

    public static readonly ContextLayout[] All =
    [
        Create(new(CpuKind.X86)
        {
            CpuFlags = 0x10000, Size = 716, Width = 4, Offsets = [184, 196, 180, 164, 160, 156, 176, 172, 168, 192],
        }),
        Create(new(CpuKind.Amd64)
        {
            CpuFlags = 0x100000, Size = 1232, Width = 8, FlagsOffset = 48,
            Offsets = [120, 136, 128, 144, 168, 176, 160, 152, .. Row(184, 8, 8), 248],
        }),
        // Breakpad's flag, and that of Windows, whose structure has the same beginning.
        Create(new(CpuKind.Arm)
        {
            CpuFlags = 0x40000000 | 0x200000, Size = 368, Width = 4, Offsets = Row(4, 17, 4),
        }),
        Create(new(CpuKind.Arm64)
        {
            CpuFlags = 0x400000, Size = 912, Width = 8, Offsets = [.. Row(8, 33, 8), 4], NarrowRegister = 33,
        }),
        // What Breakpad wrote before it followed Windows; told apart by its size.
        Create(new(CpuKind.Arm64)
        {
            CpuFlags = 0x80000000, Size = 796, Width = 8, FlagsWidth = 8, Offsets = [.. Row(8, 33, 8), 272],
            NarrowRegister = 33,
        }),
        Create(new(CpuKind.Mips)
        {
            CpuFlags = 0x40000, Size = 600, Width = 8, Offsets = [.. Row(8, 32, 8), 312, 264, 272],
        }),
        Create(new(CpuKind.Mips64)
        {
            CpuFlags = 0x80000, Size = 600, Width = 8, Offsets = [.. Row(8, 32, 8), 312, 264, 272],
        }),
        Create(new(CpuKind.Ppc)
        {
            CpuFlags = 0x20000000, Size = 1004, Width = 4, Offsets = [.. Row(12, 32, 4), 4, 148, 140, 152],
        }),
        Create(new(CpuKind.Ppc64)
        {
            CpuFlags = 0x1000000, Size = 1160, Width = 8, FlagsWidth = 8,
            Offsets = [.. Row(24, 32, 8), 8, 296, 280, 304],
        }),
        Create(new(CpuKind.Sparc)
        {
            CpuFlags = 0x10000000, Size = 584, Width = 8, Offsets = [.. Row(8, 32, 8), 272, 280],
        }),
        Create(new(CpuKind.RiscV) { CpuFlags = 0x00800000, Size = 268, Width = 4, Offsets = Row(8, 32, 4) }),
        Create(new(CpuKind.RiscV64) { CpuFlags = 0x08000000, Size = 528, Width = 8, Offsets = Row(8, 32, 8) }),
    ];

    /// <summary>
    /// The layout of a context of a CPU. Where there are several, its flags tell them apart, or else its size. Contexts of MIPS
    /// look alike in both widths: the flags say which, whatever the system information says.
    /// </summary>
    public static ContextLayout? Find(CpuKind cpu, Fields context)
    {
        ContextLayout? best = null;
        var bestRank = 0;
        foreach (var layout in All)
        {
            if (layout.Rank(cpu, context) is var rank && rank > bestRank)
                (best, bestRank) = (layout, rank);
        }

        return best;
    }

    /// <summary>The layout that a context of an unknown CPU must have, by its size and flags.</summary>
    public static ContextLayout? Guess(Fields context)
    {
        foreach (var layout in All)
        {
            if (layout.Size == context.Length && (layout.ReadFlags(context) & layout.CpuFlags) != 0)
                return layout;
        }

        return null;
    }

    public ulong ReadFlags(Fields context) =>
        FlagsWidth == 8 ? context.UInt64(FlagsOffset) : context.UInt32(FlagsOffset);

    public Registers ReadRegisters(Fields context)
    {
        var registers = new Registers();
        var mask = CpuTraits.Find(Cpu)?.AddressMask ?? ulong.MaxValue;
        for (var i = 0; i < Offsets.Length; i++)
        {
            var wide = Width == 8 && i != NarrowRegister;
            registers.Set(i, wide ? context.UInt64(Offsets[i]) & mask : context.UInt32(Offsets[i]));
        }

        return registers;
    }

    int Rank(CpuKind cpu, Fields context)
    {
        if (cpu != Cpu && (cpu, Cpu) is not ((CpuKind.Mips, CpuKind.Mips64) or (CpuKind.Mips64, CpuKind.Mips)))
            return 0;

        var hasFlag = context.Length >= EssentialSize && (ReadFlags(context) & CpuFlags) != 0;
        return 1 + (hasFlag ? 4 : 0) + (context.Length == Size ? 2 : 0) + (cpu == Cpu ? 1 : 0);
    }

    static ContextLayout Create(ContextLayout layout) =>
        layout with { EssentialSize = Math.Max(layout.Offsets.Max() + layout.Width, layout.FlagsOffset + 8) };

    static int[] Row(int start, int count, int width) =>
        [.. Enumerable.Range(0, count).Select(i => start + i * width)];
}
