using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Unwinding;

/// <summary>RISC-V of either width: unwind rules, return address register of a leaf function, frame record, scan.</summary>
sealed class RiscVUnwinder(WalkContext walk) : Unwinder(walk)
{
    ulong Word => (ulong)Cpu.PointerSize;

    protected override UnwindOutcome FindCaller(WalkFrame callee, WalkFrame caller)
    {
        var outcome = ByCfi(callee, caller);
        if (outcome != UnwindOutcome.Failed)
            return outcome;

        if (ByPrologue(callee, caller))
            return UnwindOutcome.Caller;

        outcome = ByFrameRecord(callee, caller);
        if (outcome != UnwindOutcome.Failed)
            return outcome;

        return ByScan(callee, caller, out _) ? UnwindOutcome.Caller : UnwindOutcome.Failed;
    }

    // The psABI puts the record below s0: the return address, then the caller's s0. Some code has it at s0, in the order
    // that other processors use.
    UnwindOutcome ByFrameRecord(WalkFrame callee, WalkFrame caller)
    {
        if (!callee.Registers.TryGet(Cpu.Fp, out var fp))
            return UnwindOutcome.Failed;

        var outcome = ByRecord(callee, caller, fp - 2 * Word, fp);
        return outcome == UnwindOutcome.Failed ? ByRecord(callee, caller, fp, fp + 2 * Word) : outcome;
    }

    UnwindOutcome ByRecord(WalkFrame callee, WalkFrame caller, ulong record, ulong sp)
    {
        var hasRecord = Walk.TryReadWord(record, out var fp) & Walk.TryReadWord(record + Word, out var pc);
        if (callee.Registers.TryGet(Cpu.Lr, out var link) && link != pc && ByLink(callee, caller, link))
            return UnwindOutcome.Caller;

        if (!hasRecord || record < callee.Registers[Cpu.Sp])
            return UnwindOutcome.Failed;
        if (fp == 0 && pc == 0)
            return UnwindOutcome.EndOfStack;
        if (fp != 0 && fp <= callee.Registers[Cpu.Fp] || Walk.Code.FindModule(pc - 1) < 0)
            return UnwindOutcome.Failed;

        Fill(caller, pc, sp, FrameTrust.FramePointer);
        caller.Registers.Set(Cpu.Fp, fp);
        return UnwindOutcome.Caller;
    }
}
