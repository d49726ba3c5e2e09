using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Unwinding;

/// <summary>64-bit ARM: unwind rules, link register of a leaf function, frame record, scan.</summary>
sealed class Arm64Unwinder(WalkContext walk) : Unwinder(walk)
{
    const ulong Word = 8;
    const ulong HighestCode = 0x000f_ffff_ffff_ffff;

    protected override UnwindOutcome FindCaller(WalkFrame callee, WalkFrame caller)
    {
        var outcome = ByCfi(callee, caller);
        if (outcome != UnwindOutcome.Failed)
            return outcome;

        outcome = ByFrameRecord(callee, caller);
        if (outcome != UnwindOutcome.Failed)
            return outcome;

        return !IsChainBroken(callee) && ByScan(callee, caller, out _) ? UnwindOutcome.Caller : UnwindOutcome.Failed;
    }

    // The stack pointer may have come from a frame pointer with a tag.
    protected override void Clean(ref Registers registers)
    {
        foreach (var register in (ReadOnlySpan<int>)[Cpu.Pc, Cpu.Lr, Cpu.Fp, Cpu.Sp])
        {
            if (registers.TryGet(register, out var value))
                registers.Set(register, Walk.Strip(value));
        }
    }

    // A caller found by its frame record stands behind a call, which overwrote the link register. Rules that take the
    // return address from it there hold at a function's entry only.
    protected override bool IsUsable(WalkFrame callee, CfiRules rules) =>
        callee.Trust != FrameTrust.FramePointer
        || rules.IsInit && rules.Rva == callee.Location.ModuleOffset
        || !UsesLink(callee, rules);

    // Asking the rules themselves: with the register forgotten, those that need it fail.
    bool UsesLink(WalkFrame callee, CfiRules rules)
    {
        var registers = callee.Registers;
        registers.Forget(Cpu.Lr);
        return rules.Unwind(Cpu, in registers, Walk.Memory, out _, out _) == UnwindOutcome.Failed;
    }

    UnwindOutcome ByFrameRecord(WalkFrame callee, WalkFrame caller)
    {
        if (!callee.Registers.TryGet(Cpu.Fp, out var fp) || !callee.Registers.TryGet(Cpu.Sp, out var sp))
            return UnwindOutcome.Failed;

        fp = Walk.Strip(fp);
        var hasRecord = Walk.TryReadWord(fp, out var savedFp) & Walk.TryReadWord(fp + Word, out var savedLink);
        savedFp = Walk.Strip(savedFp);
        savedLink = Walk.Strip(savedLink);
        if (ByLinkBut(hasRecord ? savedLink : 0, callee, caller))
            return UnwindOutcome.Caller;
        if (fp == 0)
            return UnwindOutcome.Failed;
        if (hasRecord && savedFp == 0 && savedLink == 0)
            return UnwindOutcome.EndOfStack;

        var next = fp + 2 * Word;
        if (!hasRecord || fp < sp || next < fp || savedLink is < 0x1000 or > HighestCode
            || savedFp != 0 && savedFp < fp || !Test.IsBelievable(callee, savedLink, savedFp + Word))
        {
            return UnwindOutcome.Failed;
        }

        Fill(caller, savedLink, next, FrameTrust.FramePointer);
        caller.Registers.Set(Cpu.Fp, savedFp);
        if (Walk.TryReadWord(savedFp + Word, out var link))
            caller.Registers.Set(Cpu.Lr, Walk.Strip(link));
        else if (savedFp == 0)
            caller.Registers.Set(Cpu.Lr, 0);
        return UnwindOutcome.Caller;
    }

    bool ByLinkBut(ulong savedLink, WalkFrame callee, WalkFrame caller)
    {
        if (!callee.Registers.TryGet(Cpu.Lr, out var link))
            return false;

        link = Walk.Strip(link);
        return link != savedLink && ByLink(callee, caller, link);
    }
}
