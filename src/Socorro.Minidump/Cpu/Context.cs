namespace Socorro.Minidumps.Cpu;

/// <summary>The state of a thread when it was stopped.</summary>
/// <param name="Flags">Which parts the writer saved, in bits that the architecture defines.</param>
/// <param name="ShadowStackPointer">
/// Address of the newest return address on the processor's shadow stack, where control-flow enforcement (CET) was on
/// and the extended state was saved.
/// </param>
public sealed record Context(CpuKind Cpu, ulong Flags, Registers Registers, ulong? ShadowStackPointer)
{
    /// <summary>What the unwinder and printers must know of the architecture.</summary>
    public CpuTraits Traits => CpuTraits.Find(Cpu)
        ?? throw new InvalidOperationException($"{Cpu} has contexts but no traits");

    /// <summary>The program counter; 0 when it was not saved.</summary>
    public ulong InstructionPointer => Registers[Traits.Pc];

    /// <summary>The stack pointer; 0 when it was not saved.</summary>
    public ulong StackPointer => Registers[Traits.Sp];
}
