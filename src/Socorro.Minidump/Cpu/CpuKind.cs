namespace Socorro.Minidumps.Cpu;

/// <summary>The processor architectures whose contexts are read.</summary>
public enum CpuKind
{
    Unknown,
    X86,
    Amd64,
    Arm,
    Arm64,
    Mips,
    Mips64,
    Ppc,
    Ppc64,
    Sparc,
    RiscV,
    RiscV64,
}
