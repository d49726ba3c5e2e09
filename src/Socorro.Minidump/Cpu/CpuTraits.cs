using System.Collections.Immutable;
using System.Text;

namespace Socorro.Minidumps.Cpu;

/// <summary>What the unwinder and the printers must know of an architecture.</summary>
public sealed class CpuTraits
{
    readonly byte[][] _utf8Names;

    CpuTraits(CpuKind kind, string name, int pointerSize, int callSize, string registers, string calleeSaved)
    {
        Kind = kind;
        Name = name;
        PointerSize = pointerSize;
        CallSize = callSize;
        RegisterNames = registers.Split(' ');
        _utf8Names = [.. RegisterNames.Select(Encoding.ASCII.GetBytes)];
        CalleeSaved = [.. calleeSaved.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IndexOf)];
    }

    /// <summary>The processor that this is about.</summary>
    public CpuKind Kind { get; }

    /// <summary>
    /// The name used in reports: x86, amd64, arm, arm64, mips, mips64, ppc, ppc64, sparc, riscv, riscv64.
    /// </summary>
    public string Name { get; }

    /// <summary>Bytes in a pointer: 4 or 8.</summary>
    public int PointerSize { get; }

    /// <summary>What is taken from a return address to get into the calling instruction.</summary>
    internal int CallSize { get; }

    /// <summary>The integer registers in the order of <see cref="Registers"/>, by the names of reports and of symbol files.</summary>
    public IReadOnlyList<string> RegisterNames { get; }

    /// <summary>
    /// Registers that a callee must preserve, so that a caller's value is the callee's unless a rule says else.
    /// </summary>
    internal ImmutableArray<int> CalleeSaved { get; }

    internal int Pc { get; private init; }

    internal int Sp { get; private init; }

    /// <summary>The frame pointer, or −1 where the architecture has none by convention.</summary>
    internal int Fp { get; private init; } = -1;

    /// <summary>The link register, or −1 where calls push the return address.</summary>
    internal int Lr { get; private init; } = -1;

    /// <summary>All ones in the width of a pointer.</summary>
    internal ulong AddressMask => PointerSize == 4 ? uint.MaxValue : ulong.MaxValue;

    /// <summary>
    /// Index of a register by the name that CFI text uses, with or without a dollar sign; −1 when unknown.
    /// </summary>
    internal int FindRegister(ReadOnlySpan<byte> name)
    {
        if (name is [(byte)'$', .. var bare])
            name = bare;

        for (var i = 0; i < _utf8Names.Length; i++)
        {
            if (name.SequenceEqual(_utf8Names[i]))
                return i;
        }

        return FindAlias(name);
    }

    /// <summary>The traits of a processor; null for <see cref="CpuKind.Unknown"/>.</summary>
    public static CpuTraits? Find(CpuKind kind) => All.FirstOrDefault(traits => traits.Kind == kind);

    /// <summary>The traits of a processor by its <see cref="Name"/>; null when there is none of that name.</summary>
    internal static CpuTraits? Find(string name) => All.FirstOrDefault(traits => traits.Name == name);

    static readonly CpuTraits[] All =
    [
        new(CpuKind.X86, "x86", 4, 1, "eip esp ebp ebx esi edi eax ecx edx eflags", "ebp ebx edi esi")
        {
            Pc = 0, Sp = 1, Fp = 2,
        },
        new(
            CpuKind.Amd64,
            "amd64",
            8,
            1,
            "rax rdx rcx rbx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip",
            "rbx rbp r12 r13 r14 r15")
        {
            Pc = 16, Sp = 7, Fp = 6,
        },
        new(
            CpuKind.Arm,
            "arm",
            4,
            2,
            "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 fp r12 sp lr pc cpsr",
            "r4 r5 r6 r7 r8 r9 r10 fp")
        {
            Pc = 15, Sp = 13, Fp = 11, Lr = 14,
        },
        new(
            CpuKind.Arm64,
            "arm64",
            8,
            4,
            "x0 x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25 x26 x27 x28 "
            + "fp lr sp pc cpsr",
            "x19 x20 x21 x22 x23 x24 x25 x26 x27 x28 fp")
        {
            Pc = 32, Sp = 31, Fp = 29, Lr = 30,
        },
        new(CpuKind.Mips, "mips", 4, 8, MipsNames, MipsSaved) { Pc = 32, Sp = 29, Fp = 30, Lr = 31 },
        new(CpuKind.Mips64, "mips64", 8, 8, MipsNames, MipsSaved) { Pc = 32, Sp = 29, Fp = 30, Lr = 31 },
        new(CpuKind.Ppc, "ppc", 4, 4, PpcNames, "") { Pc = 32, Sp = 1, Lr = 33 },
        new(CpuKind.Ppc64, "ppc64", 8, 8, PpcNames, "") { Pc = 32, Sp = 1, Lr = 33 },
        new(
            CpuKind.Sparc,
            "sparc",
            8,
            0,
            "g0 g1 g2 g3 g4 g5 g6 g7 o0 o1 o2 o3 o4 o5 sp o7 l0 l1 l2 l3 l4 l5 l6 l7 i0 i1 i2 i3 i4 i5 fp i7 pc npc",
            "")
        {
            Pc = 32, Sp = 14, Fp = 30,
        },
        new(CpuKind.RiscV, "riscv", 4, 4, RiscVNames, RiscVSaved) { Pc = 0, Sp = 2, Fp = 8, Lr = 1 },
        new(CpuKind.RiscV64, "riscv64", 8, 4, RiscVNames, RiscVSaved) { Pc = 0, Sp = 2, Fp = 8, Lr = 1 },
    ];

    const string MipsNames =
        "zero at v0 v1 a0 a1 a2 a3 t0 t1 t2 t3 t4 t5 t6 t7 s0 s1 s2 s3 s4 s5 s6 s7 t8 t9 k0 k1 gp sp fp ra pc hi lo";

    const string MipsSaved = "s0 s1 s2 s3 s4 s5 s6 s7 gp fp";

    const string PpcNames =
        "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11 r12 r13 r14 r15 r16 r17 r18 r19 r20 r21 r22 r23 r24 r25 r26 r27 r28 "
        + "r29 r30 r31 srr0 lr cr ctr";

    const string RiscVNames =
        "pc ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6";

    const string RiscVSaved = "s0 s1 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11";

    internal int IndexOf(string name) => Array.IndexOf((string[])RegisterNames, name);

    int FindAlias(ReadOnlySpan<byte> name) => Kind switch
    {
        CpuKind.Arm when name.SequenceEqual("r11"u8) => 11,
        CpuKind.Arm when name.SequenceEqual("r13"u8) => 13,
        CpuKind.Arm when name.SequenceEqual("r14"u8) => 14,
        CpuKind.Arm when name.SequenceEqual("r15"u8) => 15,
        CpuKind.Arm64 when name.SequenceEqual("x29"u8) => 29,
        CpuKind.Arm64 when name.SequenceEqual("x30"u8) => 30,
        CpuKind.Arm64 when name.SequenceEqual("x31"u8) => 31,
        _ => -1,
    };
}
