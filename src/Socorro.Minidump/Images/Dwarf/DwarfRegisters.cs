using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Images.Dwarf;

/// <summary>The numbers that DWARF gives to registers, which each processor's ABI defines.</summary>
static class DwarfRegisters
{
    const int MipsPc = 37;

    // eax ecx edx ebx esp ebp esi edi eip
    static ReadOnlySpan<sbyte> X86 => [6, 7, 8, 3, 1, 2, 4, 5, 0];

    /// <summary>Our index of a register; −1 for those that are not kept, such as floating-point ones.</summary>
    public static int ToIndex(CpuKind cpu, ulong number) => cpu switch
    {
        CpuKind.X86 => number < (ulong)X86.Length ? X86[(int)number] : -1,
        CpuKind.Amd64 => number <= 16 ? (int)number : -1,
        CpuKind.Arm => number <= 15 ? (int)number : -1,
        CpuKind.Arm64 => number <= 32 ? (int)number : -1,
        CpuKind.Mips or CpuKind.Mips64 => number <= 31 ? (int)number : number == MipsPc ? 32 : -1,
        CpuKind.RiscV or CpuKind.RiscV64 => number is >= 1 and <= 31 ? (int)number : -1,
        _ => -1,
    };
}
