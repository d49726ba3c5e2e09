using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Unwinding;

/// <summary>
/// 64-bit x86: unwind rules, return address of a leaf function (Windows), frame pointer, scan.
/// </summary>
sealed class Amd64Unwinder(WalkContext walk) : Unwinder(walk)
{
    const ulong Word = 8;

    /// <summary>A saved frame pointer further above is not believed after a scan.</summary>
    const ulong LargestFrame = 128 * 1024;

    bool IsWindows => Walk.Os == OsKind.Windows;

    protected override UnwindOutcome FindCaller(WalkFrame callee, WalkFrame caller)
    {
        var outcome = ByCfi(callee, caller);
        if (outcome != UnwindOutcome.Failed)
            return outcome;
        if (ByBadCall(callee, caller) || IsWindows && ByLeaf(callee, caller))
            return UnwindOutcome.Caller;

        outcome = ByFramePointer(callee, caller);
        if (IsElsewhereByCode(callee, caller, outcome))
            return UnwindOutcome.Caller;
        if (outcome != UnwindOutcome.Failed)
            return outcome;
        if (!ByScan(callee, caller, out var slot))
            return UnwindOutcome.Failed;

        RecoverFramePointer(callee, caller, slot);
        return UnwindOutcome.Caller;
    }

    // On Windows only functions that change no stack pointer and no saved register have no unwind rules. So if the
    // symbols have rules for others but none here, the return address is where the call put it.
    bool ByLeaf(WalkFrame callee, WalkFrame caller)
    {
        if (!callee.IsInterrupted || callee.Location.Module < 0
            || !HasUnwindRules(Walk.Code.Modules[callee.Location.Module])
            || !callee.Registers.TryGet(Cpu.Sp, out var sp)
            || !Walk.TryReadWord(sp, out var pc) || !Test.IsReturnAddress(pc))
        {
            return false;
        }

        ReturnTo(callee, caller, pc);
        caller.Registers.Set(Cpu.Sp, sp + Word);
        return true;
    }

    bool HasRules(ulong pc)
    {
        var location = Walk.Code.Locate(pc - 1);
        return CodeMap.TryFindCfi(location, out _) || Walk.Code.TryFindImageRules(location, isInterrupted: false, out _);
    }

    static bool HasUnwindRules(CodeModule module) =>
        module.Symbols is { HasCfi: true } || module.OpenImage() is { HasCfi: true };

    UnwindOutcome ByFramePointer(WalkFrame callee, WalkFrame caller)
    {
        if (!callee.Registers.TryGet(Cpu.Fp, out var fp) || !callee.Registers.TryGet(Cpu.Sp, out var sp)
            || fp < sp || (fp - sp) % Word != 0)
        {
            return UnwindOutcome.Failed;
        }

        // Code for Windows may point up to 240 bytes into its frame, in steps of 16.
        var tries = IsWindows ? 16u : 1u;
        for (var i = 0u; i < tries; i++)
        {
            var outcome = ByRecord(callee, caller, fp + 16 * i);
            if (outcome != UnwindOutcome.Failed)
                return outcome;
        }

        return UnwindOutcome.Failed;
    }

    UnwindOutcome ByRecord(WalkFrame callee, WalkFrame caller, ulong record)
    {
        if (!Walk.TryReadWord(record, out var fp) || !Walk.TryReadWord(record + Word, out var pc))
            return UnwindOutcome.Failed;

        var sp = record + 2 * Word;
        if (pc == 0)
            return fp == 0 && !IsWindows ? UnwindOutcome.EndOfStack : UnwindOutcome.Failed;
        if (sp < record)
            return UnwindOutcome.Failed;

        // A caller that uses the register for something else breaks the chain, but needs none if it has unwind rules. An interrupted
        // function may have no record of its own yet: this one is its caller's then.
        var isChain = fp == 0 || fp >= sp && Walk.TryReadWord(fp, out _);
        if (!isChain && (callee.IsInterrupted || !Test.IsReturnAddress(pc) || !HasRules(pc)))
            return UnwindOutcome.Failed;
        if (!IsCanonical(pc) || !Test.IsBelievable(callee, pc, fp + Word))
            return UnwindOutcome.Failed;
        if (IsWindows && !Test.IsReturnAddress(pc))
            return UnwindOutcome.Failed;

        Fill(caller, pc, sp, FrameTrust.FramePointer);
        caller.Registers.Set(Cpu.Fp, fp);
        return UnwindOutcome.Caller;
    }

    // A function that keeps a frame pointer pushes the caller's right behind the return address. One that does not keep
    // one leaves the register alone, so that it still points above.
    void RecoverFramePointer(WalkFrame callee, WalkFrame caller, ulong slot)
    {
        if (!callee.Registers.TryGet(Cpu.Fp, out var fp) || slot < Word)
            return;

        var saved = slot - Word;
        if (fp == saved && Walk.TryReadWord(saved, out var pushed))
        {
            var isAbove = pushed > saved && pushed - saved <= LargestFrame;
            if (isAbove && Walk.TryReadWord(pushed, out _))
                caller.Registers.Set(Cpu.Fp, pushed);
        }
        else if (fp >= slot + Word)
        {
            caller.Registers.Set(Cpu.Fp, fp);
        }
    }

    static bool IsCanonical(ulong address) => (long)(address << 16) >> 16 == (long)address;
}
