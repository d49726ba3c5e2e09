using Iced.Intel;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Reasons;

namespace Socorro.Minidumps.Risks;

/// <summary>
/// Follows, on x86, the value that an access would have given, or the pointer that it was made with, to the end of the block: a
/// value that an attacker may choose does most harm where it is jumped to or written through.
/// </summary>
sealed class BadValue
{
    /// <summary>More instructions than blocks have.</summary>
    const int MaxInstructions = 200;

    const int MaxBytes = 2048;

    readonly HashSet<Register> _bad = [];
    readonly HashSet<RiskFact> _facts = [];
    readonly InstructionInfoFactory _factory = new();

    public static IReadOnlySet<RiskFact> Follow(Minidump dump, ulong pc, AccessKind kind)
    {
        var value = new BadValue();
        if (dump.Cpu is CpuKind.X86 or CpuKind.Amd64 && dump.Memory.TryFind(pc, out var region))
        {
            var code = region.Bytes.Span[(int)(pc - region.Address)..];
            value.Follow(
                Decoder.Create(dump.Cpu == CpuKind.Amd64 ? 64 : 32, code[..Math.Min(code.Length, MaxBytes)].ToArray(), pc), kind);
        }

        return value._facts;
    }

    void Follow(Decoder decoder, AccessKind kind)
    {
        decoder.Decode(out var instruction);
        Begin(instruction, kind);
        for (var i = 0; i < MaxInstructions && !instruction.IsInvalid && instruction.FlowControl == FlowControl.Next; i++)
        {
            decoder.Decode(out instruction);
            if (!instruction.IsInvalid)
                Step(instruction);
        }
    }

    void Begin(in Instruction failed, AccessKind kind)
    {
        if (failed.IsInvalid)
            return;
        if (failed.FlowControl != FlowControl.Next)
            _facts.Add(RiskFact.BranchFailed);
        if (failed.IsStringInstruction)
            _facts.Add(RiskFact.BlockFailed);

        Mark(failed.MemoryBase);
        if (kind == AccessKind.Read && failed.OpCount > 0 && failed.Op0Kind == OpKind.Register)
            Mark(failed.Op0Register);
    }

    void Step(in Instruction instruction)
    {
        var info = _factory.GetInfo(instruction);
        var isUsed = false;
        foreach (var memory in info.GetUsedMemory())
        {
            if (!IsBad(memory.Base) && !IsBad(memory.Index))
                continue;

            isUsed = true;
            _facts.Add(memory.Access is OpAccess.Read or OpAccess.CondRead ? RiskFact.ValueIsReadThrough : RiskFact.ValueIsWrittenThrough);
        }

        foreach (var register in info.GetUsedRegisters())
            isUsed |= register.Access is not (OpAccess.Write or OpAccess.CondWrite) && IsBad(register.Register);
        if (isUsed)
            AddUse(instruction);

        foreach (var register in info.GetUsedRegisters())
        {
            if (isUsed && register.Access is not (OpAccess.Read or OpAccess.CondRead))
                Mark(register.Register);
            else if (register.Access == OpAccess.Write)
                _bad.Remove(register.Register.GetFullRegister());
        }
    }

    void AddUse(in Instruction instruction)
    {
        if (instruction.FlowControl is FlowControl.IndirectBranch or FlowControl.IndirectCall)
            _facts.Add(RiskFact.ValueIsCalled);
        else if (instruction.Mnemonic is Mnemonic.Push)
            _facts.Add(RiskFact.ValueIsPassedOn);
        else if (instruction.Mnemonic is Mnemonic.Cmp or Mnemonic.Test)
            _facts.Add(RiskFact.ValueIsCompared);
    }

    bool IsBad(Register register) => _bad.Contains(register.GetFullRegister());

    // Stack and instruction pointer are changed by nearly everything, and are nobody's value.
    void Mark(Register register)
    {
        if (register.IsGPR() && register.GetFullRegister() is not (Register.RSP or Register.ESP))
            _bad.Add(register.GetFullRegister());
    }
}
