namespace Socorro.Minidumps.Cpu;

/// <summary>The processor architectures whose contexts are read.</summary>
public enum CpuKind
{
    /// <summary>Not told, or none of these.</summary>
    Unknown,

    /// <summary>32-bit x86 (IA-32).</summary>
    X86,

    /// <summary>64-bit x86 (x86-64).</summary>
    Amd64,

    /// <summary>32-bit ARM.</summary>
    Arm,

    /// <summary>64-bit ARM (AArch64), in either form of context that Breakpad and Windows write.</summary>
    Arm64,

    /// <summary>MIPS with 32-bit registers.</summary>
    Mips,

    /// <summary>MIPS with 64-bit registers.</summary>
    Mips64,

    /// <summary>32-bit PowerPC.</summary>
    Ppc,

    /// <summary>64-bit PowerPC.</summary>
    Ppc64,

    /// <summary>SPARC.</summary>
    Sparc,

    /// <summary>RISC-V with 32-bit registers.</summary>
    RiscV,

    /// <summary>RISC-V with 64-bit registers.</summary>
    RiscV64,
}
