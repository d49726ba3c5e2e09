using Iced.Intel;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Instructions;

namespace Socorro.Minidumps.Unwinding;

/// <summary>
/// Runs an interrupted function of x86 or amd64 from where it stands to its return, as far as that changes the stack pointer and the
/// registers that a caller wants back. Every way through a function leaves the stack as its caller knows it, so one without calls
/// will do; a call might not return, and what stands behind it belongs to another function.
/// </summary>
sealed class X86ReturnPath(WalkContext walk)
{
    const int MaxInstructions = 96;
    const int MaxBranches = 16;
    const int LongestInstruction = 15;

    readonly Stack<(ulong Pc, Registers Registers)> _open = new();
    readonly HashSet<ulong> _seen = [];
    readonly InstructionInfoFactory _factory = new();
    readonly byte[] _code = new byte[LongestInstruction];

    uint Word => (uint)walk.Cpu.PointerSize;

    /// <summary>The caller's registers, as they are behind the return.</summary>
    public bool TryFind(in Registers callee, out Registers caller)
    {
        caller = default;
        _open.Push((callee[walk.Cpu.Pc], callee));
        for (var branches = 0; branches < MaxBranches && _open.TryPop(out var path); branches++)
        {
            if (TryRun(path.Pc, ref path.Registers))
            {
                caller = path.Registers;
                return true;
            }
        }

        return false;
    }

    bool TryRun(ulong pc, ref Registers registers)
    {
        for (var count = 0; count < MaxInstructions && _seen.Add(pc) && TryDecode(pc, out var instruction); count++)
        {
            switch (instruction.FlowControl)
            {
                case FlowControl.Next when TryApply(instruction, ref registers):
                    pc = instruction.NextIP;
                    break;
                case FlowControl.ConditionalBranch:
                    _open.Push((instruction.NearBranchTarget, registers));
                    pc = instruction.NextIP;
                    break;
                case FlowControl.UnconditionalBranch when instruction.Op0Kind is OpKind.NearBranch32 or OpKind.NearBranch64:
                    pc = instruction.NearBranchTarget;
                    break;
                case FlowControl.Return when instruction.Mnemonic == Mnemonic.Ret:
                    return TryPop(walk.Cpu.Pc, ref registers)
                        && TryMoveStack(ref registers, instruction.OpCount > 0 ? instruction.Immediate16 : 0);
                default:
                    return false;
            }
        }

        return false;
    }

    bool TryDecode(ulong pc, out Instruction instruction)
    {
        var length = LongestInstruction;
        while (length > 0 && !walk.TryReadCode(pc, _code.AsSpan(0, length)))
            length--;
        Decoder.Create(walk.Cpu.PointerSize * 8, new ByteArrayCodeReader(_code, 0, length), pc).Decode(out instruction);
        return !instruction.IsInvalid;
    }

    bool TryApply(in Instruction instruction, ref Registers registers)
    {
        var (sp, fp) = (walk.Cpu.Sp, walk.Cpu.Fp);
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Push:
                return TryMoveStack(ref registers, -(long)Word);
            case Mnemonic.Pop when instruction.Op0Kind == OpKind.Register:
                return TryPop(X86Instruction.IndexOf(instruction.Op0Register, walk.Cpu), ref registers);
            case Mnemonic.Leave:
                return TryCopyStack(ref registers, fp, 0) && TryPop(fp, ref registers);
            case Mnemonic.Add when IsOfStack(instruction):
                return TryMoveStack(ref registers, (long)instruction.GetImmediate(1));
            case Mnemonic.Sub when IsOfStack(instruction):
                return TryMoveStack(ref registers, -(long)instruction.GetImmediate(1));
            case Mnemonic.Lea when IsStack(instruction.Op0Register) && instruction.MemoryIndex == Register.None:
                return TryCopyStack(
                    ref registers, X86Instruction.IndexOf(instruction.MemoryBase, walk.Cpu), instruction.MemoryDisplacement64);
            case Mnemonic.Mov when IsStack(instruction.Op0Register) && instruction.Op1Kind == OpKind.Register:
                return TryCopyStack(ref registers, X86Instruction.IndexOf(instruction.Op1Register, walk.Cpu), 0);
        }

        foreach (var used in _factory.GetInfo(instruction).GetUsedRegisters())
        {
            if (used.Access is OpAccess.Read or OpAccess.CondRead or OpAccess.None or OpAccess.NoMemAccess)
                continue;
            var register = X86Instruction.IndexOf(used.Register, walk.Cpu);
            if (register == sp)
                return false;
            if (register >= 0)
                registers.Forget(register);
        }

        return true;
    }

    static bool IsOfStack(in Instruction instruction) =>
        instruction.Op0Kind == OpKind.Register && IsStack(instruction.Op0Register)
        && instruction.Op1Kind is OpKind.Immediate8to32 or OpKind.Immediate8to64 or OpKind.Immediate32 or OpKind.Immediate32to64;

    static bool IsStack(Register register) => register is Register.RSP or Register.ESP;

    bool TryMoveStack(ref Registers registers, long bytes)
    {
        registers.Set(walk.Cpu.Sp, (registers[walk.Cpu.Sp] + (ulong)bytes) & walk.Cpu.AddressMask);
        return true;
    }

    bool TryCopyStack(ref Registers registers, int source, ulong displacement)
    {
        if (source < 0 || !registers.TryGet(source, out var value))
            return false;

        registers.Set(walk.Cpu.Sp, (value + displacement) & walk.Cpu.AddressMask);
        return true;
    }

    bool TryPop(int register, ref Registers registers)
    {
        var slot = registers[walk.Cpu.Sp];
        if (register < 0 || register == walk.Cpu.Sp || !walk.TryReadWord(slot, out var value))
            return false;

        registers.Set(register, value);
        return TryMoveStack(ref registers, Word);
    }
}
