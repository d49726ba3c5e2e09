using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Unwinding;

/// <summary>32-bit x86: STACK WIN frame data or FPO, STACK CFI, frame pointer, scan.</summary>
sealed class X86Unwinder(WalkContext walk) : Unwinder(walk)
{
    const uint Word = 4;
    const int Ebx = 3;

    /// <summary>A saved frame pointer further above is not believed after a scan.</summary>
    const ulong LargestFrame = 128 * 1024;

    /// <summary>An aligned stack pointer can be that many words off from where the sizes say that it is.</summary>
    const int AlignmentWords = 3;

    protected override UnwindOutcome FindCaller(WalkFrame callee, WalkFrame caller)
    {
        if (!callee.Registers.IsValid(Cpu.Sp))
            return UnwindOutcome.Failed;

        var hasWin = Walk.Code.TryFindWin(callee.Location, out var win);
        var outcome = hasWin ? ByWin(callee, caller, win) : UnwindOutcome.Failed;
        if (outcome == UnwindOutcome.Failed)
            outcome = ByCfi(callee, caller);
        if (outcome == UnwindOutcome.Failed && (ByBadCall(callee, caller) || BySystemCall(callee, caller)))
            outcome = UnwindOutcome.Caller;
        if (outcome == UnwindOutcome.Failed)
        {
            outcome = ByFramePointer(callee, caller);
            if (IsElsewhereByCode(callee, caller, outcome))
                outcome = UnwindOutcome.Caller;
        }

        if (outcome == UnwindOutcome.Failed && ByScan(callee, caller, out var slot))
        {
            RecoverFramePointer(callee, caller, slot);
            outcome = UnwindOutcome.Caller;
        }

        caller.CalleeParameterSize = hasWin ? win.ParameterSize : callee.Location.ParameterSize;
        return outcome;
    }

    // The compiler's records alone do not lead through real stacks: sizes are wrong after link-time optimisation, and a
    // caller's leftovers lie around. So a return address is looked for where the record points, and nearby.
    UnwindOutcome ByWin(WalkFrame callee, WalkFrame caller, in WinFrame win)
    {
        if (!callee.Registers.TryGet(Cpu.Fp, out var calleeFp))
            return UnwindOutcome.Failed;

        var searchStart = FindSearchStart(callee, win);
        var outcome = Evaluate(callee, caller, win, searchStart);
        if (outcome == UnwindOutcome.EndOfStack)
            return outcome;

        caller.Trust = FrameTrust.Cfi;
        if (outcome == UnwindOutcome.Failed)
        {
            if (!ByScan(callee, caller, out _))
                return UnwindOutcome.Failed;
            caller.Registers.Set(Cpu.Fp, calleeFp);
        }

        var skipped = SkipToModule(callee, caller, searchStart);
        if (win.HasProgram || win.AllocatesBasePointer)
            RecoverSavedFramePointer(callee, caller, win, searchStart, skipped);
        return IsAbove(callee, caller) ? UnwindOutcome.Caller : UnwindOutcome.Failed;
    }

    uint FindSearchStart(WalkFrame callee, in WinFrame win)
    {
        // An alignment in the program has moved esp by an unknown amount; ebp is then next to the return address.
        if (win.HasProgram && win.Program.Span.Contains((byte)'@'))
            return (uint)callee.Registers[Cpu.Fp] + Word;

        var bySizes = (uint)callee.Registers[Cpu.Sp]
            + callee.CalleeParameterSize + win.LocalSize + win.SavedRegisterSize;
        if (!TryScan(callee, bySizes, AlignmentWords, out var slot, out var found))
            return bySizes;

        // A system call that has returned leaves the address of its own next instruction on the stack.
        var isLeftover = callee.Trust == FrameTrust.Context && !win.HasProgram
            && slot == bySizes && found == callee.Registers[Cpu.Pc];
        if (isLeftover && !TryScan(callee, bySizes + Word, AlignmentWords, out slot, out _))
            return bySizes + Word;

        return (uint)slot;
    }

    UnwindOutcome Evaluate(WalkFrame callee, WalkFrame caller, in WinFrame win, uint searchStart)
    {
        if (!win.HasProgram)
            return EvaluateFpo(callee, caller, win, searchStart);

        var outcome = win.UnwindFrameData(
            in callee.Registers, callee.CalleeParameterSize, searchStart, Walk.Memory, out caller.Registers);
        if (outcome == UnwindOutcome.Caller && !(caller.Registers.IsValid(Cpu.Pc) && caller.Registers.IsValid(Cpu.Sp)))
            return UnwindOutcome.Failed;
        PassSaved(callee, caller, win, Ebx, "$ebx"u8);
        PassSaved(callee, caller, win, Ebx + 1, "$esi"u8);
        PassSaved(callee, caller, win, Ebx + 2, "$edi"u8);
        return outcome;
    }

    // A register that the program does not speak of is the caller's own if the function has saved none at all.
    static void PassSaved(WalkFrame callee, WalkFrame caller, in WinFrame win, int register, ReadOnlySpan<byte> name)
    {
        if (win.Program.Span.IndexOf(name) >= 0)
            return;

        if (win.SavedRegisterSize == 0 && callee.Registers.TryGet(register, out var value))
            caller.Registers.Set(register, value);
        else
            caller.Registers.Forget(register);
    }

    UnwindOutcome EvaluateFpo(WalkFrame callee, WalkFrame caller, in WinFrame win, uint slot)
    {
        if (!Walk.TryReadWord(slot, out var pc))
            return UnwindOutcome.Failed;

        var fp = callee.Registers[Cpu.Fp];
        var saved = (uint)callee.Registers[Cpu.Sp] + callee.CalleeParameterSize + win.SavedRegisterSize - 2 * Word;
        if (win.AllocatesBasePointer && !Walk.TryReadWord(saved, out fp))
            return UnwindOutcome.Failed;

        var hasEbx = callee.Registers.TryGet(Ebx, out var ebx) && !win.AllocatesBasePointer;
        Fill(caller, pc, slot + Word, FrameTrust.Cfi);
        caller.Registers.Set(Cpu.Fp, fp);
        if (hasEbx)
            caller.Registers.Set(Ebx, ebx);
        return pc == 0 && fp == 0 ? UnwindOutcome.EndOfStack : UnwindOutcome.Caller;
    }

    // Returns how far above the expected place the return address was found.
    uint SkipToModule(WalkFrame callee, WalkFrame caller, uint searchStart)
    {
        if (Walk.Code.FindModule(caller.Registers[Cpu.Pc]) >= 0 || !MayScan)
            return 0;

        var start = searchStart + Word;
        if (!TryScan(callee, start, ScanWords, out var slot, out var pc))
            return 0;

        // What lies between may have saved and changed any register; the frame pointer is looked for afterwards.
        var fp = caller.Registers[Cpu.Fp];
        Fill(caller, pc, (uint)slot + Word, FrameTrust.CfiScan);
        caller.Registers.Set(Cpu.Fp, fp);
        return (uint)slot - start;
    }

    // The prologue saves ebp early, so it is looked for from the top of the saved registers downward.
    void RecoverSavedFramePointer(WalkFrame callee, WalkFrame caller, in WinFrame win, uint searchStart, uint skipped)
    {
        caller.Registers.TryGet(Cpu.Fp, out var fp);
        var isBelow = caller.Trust != FrameTrust.Cfi && fp <= searchStart + skipped;
        if (!isBelow && Walk.TryReadWord(fp, out _))
            return;

        var lowest = (uint)callee.Registers[Cpu.Sp] + callee.CalleeParameterSize;
        var highest = lowest + win.SavedRegisterSize + skipped;
        for (var slot = highest; slot >= lowest && Walk.TryReadWord(slot, out var candidate); slot -= Word)
        {
            if (Walk.TryReadWord(candidate, out _))
            {
                caller.Registers.Set(Cpu.Fp, candidate);
                return;
            }
        }
    }

    // The Linux kernel's own entry code (linux-gate.so) has no symbols. Threads that wait in it have pushed ecx, edx and
    // ebp, or on some processors ebp alone.
    bool BySystemCall(WalkFrame callee, WalkFrame caller)
    {
        if (!callee.IsInterrupted || !Walk.IsLinux || callee.Location.Module < 0
            || !Walk.Code.Modules[callee.Location.Module].Name.StartsWith("linux-gate", StringComparison.Ordinal))
        {
            return false;
        }

        var sp = callee.Registers[Cpu.Sp];
        foreach (var pushed in (ReadOnlySpan<uint>)[3, 1])
        {
            var slot = sp + pushed * Word;
            if (!Walk.TryReadWord(slot, out var pc) || Walk.Code.FindModule(pc) < 0 || !Walk.TryReadWord(sp, out var fp))
                continue;

            ReturnTo(callee, caller, pc);
            caller.Registers.Set(Cpu.Sp, slot + Word);
            caller.Registers.Set(Cpu.Fp, fp);
            caller.Trust = FrameTrust.Cfi;
            return true;
        }

        return false;
    }

    UnwindOutcome ByFramePointer(WalkFrame callee, WalkFrame caller)
    {
        if (!callee.Registers.TryGet(Cpu.Fp, out var record) || record < callee.Registers[Cpu.Sp]
            || !Walk.TryReadWord(record, out var fp) || !Walk.TryReadWord(record + Word, out var pc))
        {
            return UnwindOutcome.Failed;
        }

        if (pc == 0)
            return UnwindOutcome.EndOfStack;

        // A caller that uses ebp for something else breaks the chain, but its return address is still good.
        var isChain = fp == 0 || fp > record;
        if (!Test.IsReturnAddress(pc) && !(isChain && Test.IsBelievable(callee, pc, fp + Word)))
            return UnwindOutcome.Failed;

        Fill(caller, pc, FindReturnSlot(record + Word, pc) + Word, FrameTrust.FramePointer);
        caller.Registers.Set(Cpu.Fp, fp);
        return IsAbove(callee, caller) ? UnwindOutcome.Caller : UnwindOutcome.Failed;
    }

    // A function that aligns its stack, as main does, puts a copy of its return address beside the saved ebp; the real one is
    // up to 16 bytes above.
    ulong FindReturnSlot(ulong slot, ulong pc)
    {
        for (var above = slot + Word; above <= slot + 4 * Word; above += Word)
        {
            if (Walk.TryReadWord(above, out var word) && word == pc)
                return above;
        }

        return slot;
    }

    void RecoverFramePointer(WalkFrame callee, WalkFrame caller, ulong slot)
    {
        var saved = slot - Word;
        if (Walk.TryReadWord(saved, out var fp) && fp > saved && fp - saved <= LargestFrame)
            caller.Registers.Set(Cpu.Fp, fp);
        else if (callee.Registers.TryGet(Cpu.Fp, out var unchanged))
            caller.Registers.Set(Cpu.Fp, unchanged);
    }
}
