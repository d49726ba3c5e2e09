using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Unwinding;

/// <summary>32-bit ARM: unwind rules, link register of a leaf function, frame record (iOS), scan.</summary>
sealed class ArmUnwinder(WalkContext walk) : Unwinder(walk)
{
    const ulong Word = 4;
    const int R7 = 7;

    protected override UnwindOutcome FindCaller(WalkFrame callee, WalkFrame caller)
    {
        var outcome = ByCfi(callee, caller);
        if (outcome != UnwindOutcome.Failed)
            return outcome;

        // Only Apple's systems agree on where a frame record is: at r7, in old code at r11.
        var isApple = Walk.Os == OsKind.Ios;
        if (isApple && callee.Registers.TryGet(R7, out var r7) && Walk.TryReadWord(r7, out _))
            return ByRecordAndLink(callee, caller, R7);
        if (isApple && callee.Registers.TryGet(Cpu.Fp, out var fp) && Walk.TryReadWord(fp, out _))
            return ByRecordAndLink(callee, caller, Cpu.Fp);

        return ByLinkBut(0, callee, caller) || !IsChainBroken(callee) && ByScan(callee, caller, out _)
            ? UnwindOutcome.Caller
            : UnwindOutcome.Failed;
    }

    // The lowest bit of a code address says that Thumb instructions stand there.
    protected override ulong ToCode(ulong word) => word & ~1UL;

    protected override void Clean(ref Registers registers)
    {
        if (registers.TryGet(Cpu.Pc, out var pc))
            registers.Set(Cpu.Pc, ToCode(pc));
    }

    UnwindOutcome ByRecordAndLink(WalkFrame callee, WalkFrame caller, int register)
    {
        var record = callee.Registers[register];
        var hasRecord = Walk.TryReadWord(record, out var saved) & Walk.TryReadWord(record + Word, out var link);
        if (ByLinkBut(hasRecord ? ToCode(link) : 0, callee, caller))
            return UnwindOutcome.Caller;
        if (hasRecord && link == 0)
            return UnwindOutcome.EndOfStack;

        var sp = record + 2 * Word;
        if (hasRecord && record >= callee.Registers[Cpu.Sp] && sp <= Cpu.AddressMask
            && Test.IsBelievable(callee, ToCode(link), saved + Word))
        {
            Fill(caller, ToCode(link), sp, FrameTrust.FramePointer);
            caller.Registers.Set(register, saved);
            return UnwindOutcome.Caller;
        }

        return !IsChainBroken(callee) && ByScan(callee, caller, out _) ? UnwindOutcome.Caller : UnwindOutcome.Failed;
    }

    bool ByLinkBut(ulong savedLink, WalkFrame callee, WalkFrame caller)
    {
        if (!callee.Registers.TryGet(Cpu.Lr, out var link))
            return false;

        link = ToCode(link);
        return link != savedLink && ByLink(callee, caller, link);
    }
}
