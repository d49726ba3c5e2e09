using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Instructions;

/// <summary>The state that an instruction is to run in.</summary>
sealed class MachineState(CpuTraits cpu, Registers registers, MemoryMap memory)
{
    public CpuTraits Cpu => cpu;

    public MemoryMap Memory => memory;

    /// <summary>x86: where the segment of that register begins; null when it is not known.</summary>
    public ulong? FsBase { get; init; }

    public ulong? GsBase { get; init; }

    public ulong Pc => registers[cpu.Pc];

    public ulong? this[int register] => registers.TryGet(register, out var value) ? value : null;

    public ulong? Read(ulong? address, int size) =>
        address is { } at && memory.TryReadInteger(at, size, out var value) ? value : null;
}

/// <summary>Collects the accesses of an instruction while it is decoded.</summary>
sealed class AccessList(MachineState machine)
{
    readonly List<MemoryAccess> _known = [];
    readonly List<int> _registers = [];

    public IReadOnlyList<MemoryAccess> Known => _known;

    public IReadOnlyList<int> Registers => _registers;

    public bool HasUnknown { get; private set; }

    public void AddUnknown() => HasUnknown = true;

    public void Add(ulong? address, int size, AccessMode mode, bool isNullBased = false)
    {
        if (address is { } known && size > 0)
            _known.Add(new(known & machine.Cpu.AddressMask, size, mode) { IsNullBased = isNullBased });
        else
            HasUnknown = true;
    }

    /// <summary>An access that is counted from a register.</summary>
    public void Add(int register, ulong? offset, int size, AccessMode mode)
    {
        Use(register);
        var start = machine[register];
        Add(start + offset, size, mode, isNullBased: start == 0);
    }

    public void Use(int register)
    {
        if (register >= 0 && !_registers.Contains(register))
            _registers.Add(register);
    }
}
