using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Unwinding;

/// <summary>
/// MIPS of either width: unwind rules, the function's own first instructions, return address register of a leaf function, scan.
/// </summary>
sealed class MipsUnwinder(WalkContext walk) : Unwinder(walk)
{
    /// <summary>Bytes of stack that a scan looks at: larger frames are rare, and guesses beyond mostly wrong.</summary>
    const ulong LargestFrame = 1024;

    /// <summary>Words that a caller keeps free for its callee's first arguments.</summary>
    const ulong HomeWords = 4;

    ulong Word => (ulong)Cpu.PointerSize;

    protected override UnwindOutcome FindCaller(WalkFrame callee, WalkFrame caller)
    {
        var outcome = ByCfi(callee, caller);
        if (outcome != UnwindOutcome.Failed)
            return outcome;

        if (ByPrologue(callee, caller))
            return UnwindOutcome.Caller;

        // A function that has saved the return address may have it in the register as well; the stack tells.
        var isFound = ByScan(callee, caller);
        if (HasRules(callee)
            || !(MayScan && callee.Location.Module >= 0 || IsBadCall(callee))
            || !callee.Registers.TryGet(Cpu.Lr, out var link)
            || isFound && caller.Registers[Cpu.Pc] == link)
        {
            return isFound ? UnwindOutcome.Caller : UnwindOutcome.Failed;
        }

        return ByLink(callee, caller, link) || isFound ? UnwindOutcome.Caller : UnwindOutcome.Failed;
    }

    // Compilers save the return address at the frame's top and the frame pointer below it. A frame pointer there that
    // points a little above is what tells a return address from a stray pointer to code.
    bool ByScan(WalkFrame callee, WalkFrame caller)
    {
        if (!MayScan || !callee.Registers.TryGet(Cpu.Sp, out var sp))
            return false;

        var start = callee.IsInterrupted ? sp : sp + HomeWords * Word;
        var end = sp + LargestFrame;
        while (start < end && TryScan(callee, start, (int)((end - start) / Word), out var slot, out var pc))
        {
            if (Walk.TryReadWord(slot - Word, out var fp) && fp >= slot && fp - slot < LargestFrame)
            {
                Fill(caller, pc, slot + Word, FrameTrust.Scan);
                caller.Registers.Set(Cpu.Fp, fp);
                return true;
            }

            start = slot + Word;
        }

        return false;
    }
}
