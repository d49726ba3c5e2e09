using Iced.Intel;
using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Instructions;

/// <summary>
/// Decodes x86 and amd64. Iced knows the instructions and what they do with memory; which addresses come of it we work
/// out here.
/// </summary>
static class X86Instruction
{
    // From the numbers that instructions encode to the order of the traits.
    static ReadOnlySpan<byte> Amd64Order => [0, 2, 1, 3, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15];

    static ReadOnlySpan<byte> X86Order => [6, 7, 8, 3, 1, 2, 4, 5];

    /// <summary>Null when the bytes are no instruction.</summary>
    public static DecodedInstruction? Decode(byte[] code, MachineState machine)
    {
        var decoder = Decoder.Create(machine.Cpu.Kind == CpuKind.Amd64 ? 64 : 32, code, machine.Pc);
        decoder.Decode(out var instruction);
        if (instruction.IsInvalid)
            return null;

        var accesses = new AccessList(machine);
        UseOperandRegisters(instruction, machine, accesses);
        foreach (var memory in new InstructionInfoFactory().GetInfo(instruction).GetUsedMemory())
        {
            if (FindMode(memory.Access) is { } mode)
                AddAccess(memory, mode, instruction, machine, accesses);
        }

        return new()
        {
            Text = X86Text.Write(instruction),
            Length = instruction.Length,
            Accesses = accesses.Known,
            HasUnknownAccess = accesses.HasUnknown,
            AddressRegisters = accesses.Registers,
            Update = FindUpdate(instruction, machine, accesses),
            IsDivision = instruction.Mnemonic is Mnemonic.Div or Mnemonic.Idiv,
            IsPrivileged = instruction.IsPrivileged,
            HasOtherFaults = NeedsAlignment(instruction) || LoadsSegment(instruction),
        };
    }

    /// <summary>Bytes of the instruction at the beginning of some code; 0 when the bytes are none.</summary>
    public static int LengthOf(byte[] code, CpuKind cpu)
    {
        Decoder.Create(cpu == CpuKind.Amd64 ? 64 : 32, code).Decode(out var instruction);
        return instruction.IsInvalid ? 0 : instruction.Length;
    }

    static AccessMode? FindMode(OpAccess access) => access switch
    {
        OpAccess.Read or OpAccess.CondRead => AccessMode.Read,
        OpAccess.Write or OpAccess.CondWrite => AccessMode.Write,
        OpAccess.ReadWrite or OpAccess.ReadCondWrite => AccessMode.ReadWrite,
        _ => null,
    };

    static void AddAccess(
        UsedMemory memory, AccessMode mode, in Instruction instruction, MachineState machine, AccessList accesses)
    {
        // What is counted from the instruction pointer has its whole address as displacement.
        var isRelative = memory.Base is Register.RIP or Register.EIP;
        var start = memory.Base == Register.None || isRelative ? 0 : Value(memory.Base, machine);
        var index = memory.Index == Register.None ? 0 : Value(memory.Index, machine) * (ulong)memory.Scale;
        var offset = start + index + memory.Displacement;
        if (memory.AddressSize == CodeSize.Code32)
            offset &= uint.MaxValue;
        else if (memory.AddressSize == CodeSize.Code16)
            offset &= ushort.MaxValue;

        var isNullBased = memory.Base != Register.None && !isRelative && start == 0;
        // A repeated string instruction touches one element at a time.
        var size = instruction.IsStringInstruction ? instruction.MemorySize : memory.MemorySize;
        accesses.Add(SegmentBase(memory.Segment, machine) + offset, size.GetSize(), mode, isNullBased);
    }

    // Thread data is the only segment that does not begin at 0 in the systems that dumps come from.
    static ulong? SegmentBase(Register segment, MachineState machine) => segment switch
    {
        Register.FS => machine.FsBase,
        Register.GS => machine.GsBase,
        _ => 0,
    };

    static ulong? Value(Register register, MachineState machine)
    {
        var value = IndexOf(register, machine.Cpu) is >= 0 and var index ? machine[index] : null;
        return register.GetSize() switch
        {
            8 => value,
            4 => value & uint.MaxValue,
            2 => value & ushort.MaxValue,
            _ => null,
        };
    }

    /// <summary>The register of the traits that a register is, or is a part of; −1 for none.</summary>
    public static int IndexOf(Register register, CpuTraits cpu)
    {
        if (register is Register.RIP or Register.EIP)
            return cpu.Pc;
        if (!register.IsGPR())
            return -1;

        var order = cpu.Kind == CpuKind.Amd64 ? Amd64Order : X86Order;
        var number = register.GetFullRegister().GetNumber();
        return number < order.Length ? order[number] : -1;
    }

    static void UseOperandRegisters(in Instruction instruction, MachineState machine, AccessList accesses)
    {
        for (var i = 0; i < instruction.OpCount; i++)
        {
            switch (instruction.GetOpKind(i))
            {
                case OpKind.Memory:
                    accesses.Use(IndexOf(instruction.MemoryBase, machine.Cpu));
                    accesses.Use(IndexOf(instruction.MemoryIndex, machine.Cpu));
                    break;
                case OpKind.MemorySegSI or OpKind.MemorySegESI or OpKind.MemorySegRSI:
                    accesses.Use(IndexOf(Register.RSI, machine.Cpu));
                    break;
                case OpKind.MemorySegDI or OpKind.MemorySegEDI or OpKind.MemorySegRDI:
                case OpKind.MemoryESDI or OpKind.MemoryESEDI or OpKind.MemoryESRDI:
                    accesses.Use(IndexOf(Register.RDI, machine.Cpu));
                    break;
            }
        }
    }

    static PointerUpdate? FindUpdate(in Instruction instruction, MachineState machine, AccessList accesses)
    {
        switch (instruction.FlowControl)
        {
            case FlowControl.Call or FlowControl.UnconditionalBranch:
                return instruction.Op0Kind switch
                {
                    OpKind.NearBranch16 or OpKind.NearBranch32 or OpKind.NearBranch64 when instruction.OpCount == 1 =>
                        new(instruction.NearBranchTarget),
                    OpKind.FarBranch16 or OpKind.FarBranch32 => new(null),
                    _ => null,
                };
            case FlowControl.IndirectBranch or FlowControl.IndirectCall when instruction.Op0Kind == OpKind.Register:
                var value = Value(instruction.Op0Register, machine);
                return new(value) { IsNullBased = value == 0 };
            case FlowControl.IndirectBranch or FlowControl.IndirectCall:
                return new(ReadFirst(accesses, machine));
            case FlowControl.Return when instruction.Mnemonic is Mnemonic.Ret:
                return new(ReadFirst(accesses, machine));
            case FlowControl.Return or FlowControl.ConditionalBranch or FlowControl.XbeginXabortXend:
                return new(null);
            default:
                return null;
        }
    }

    static ulong? ReadFirst(AccessList accesses, MachineState machine) =>
        accesses is { HasUnknown: false, Known: [{ Mode: AccessMode.Read, Size: 2 or 4 or 8 } read, ..] }
            ? machine.Read(read.Address, read.Size)
            : null;

    // A bad selector faults as well.
    static bool LoadsSegment(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Retf or Mnemonic.Iret or Mnemonic.Iretd or Mnemonic.Iretq => true,
        Mnemonic.Lds or Mnemonic.Les or Mnemonic.Lfs or Mnemonic.Lgs or Mnemonic.Lss => true,
        Mnemonic.Pop or Mnemonic.Mov => instruction.Op0Register.IsSegmentRegister(),
        Mnemonic.Jmp or Mnemonic.Call => instruction.MemorySize.GetSize() is 6 or 10,
        _ => false,
    };

    // Old vector instructions want their 16 bytes aligned, but for a few; newer ones do not, but for a few.
    static bool NeedsAlignment(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Movups or Mnemonic.Movupd or Mnemonic.Movdqu or Mnemonic.Lddqu => false,
        Mnemonic.Pcmpestri or Mnemonic.Pcmpestrm or Mnemonic.Pcmpistri or Mnemonic.Pcmpistrm => false,
        Mnemonic.Vmovaps or Mnemonic.Vmovapd or Mnemonic.Vmovdqa or Mnemonic.Vmovdqa32 or Mnemonic.Vmovdqa64 => true,
        Mnemonic.Vmovntps or Mnemonic.Vmovntpd or Mnemonic.Vmovntdq or Mnemonic.Vmovntdqa => true,
        Mnemonic.Fxsave or Mnemonic.Fxsave64 or Mnemonic.Fxrstor or Mnemonic.Fxrstor64 => true,
        _ => instruction.Encoding == EncodingKind.Legacy && instruction.MemorySize.GetSize() == 16,
    };
}
