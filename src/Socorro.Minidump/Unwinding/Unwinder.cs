using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Unwinding;

/// <summary>
/// Finds the caller of a frame on one kind of processor, trying its techniques from the surest to the least sure.
/// </summary>
abstract class Unwinder(WalkContext walk)
{
    /// <summary>Words that a scan looks at above a frame.</summary>
    protected const int ScanWords = 40;

    /// <summary>
    /// Words above a frame that may have made much room without its symbols telling: the one that was interrupted, and one
    /// reached by unwind rules, behind which an undescribed frame (generated code) may lie.
    /// </summary>
    protected const int LongScanWords = 160;

    /// <summary>Bytes beyond which a caller's frame that is not in the dump is not believed: the usual limit of a stack.</summary>
    const ulong LargestFrame = 8 << 20;

    /// <summary>Words of stack in which a return address that is known is looked for.</summary>
    const int LongestShadowSearch = 1 << 16;

    protected WalkContext Walk => walk;

    protected CpuTraits Cpu => walk.Cpu;

    protected ReturnAddressTest Test { get; } = new(walk);

    /// <summary>Whether frames may be guessed from words that look like return addresses.</summary>
    public bool MayScan { get; set; } = true;

    /// <summary>The return addresses that the processor kept beside the stack; null where it did not.</summary>
    public ShadowStack? Shadow { get; set; }

    /// <summary>
    /// Unwind rules say that the frame reaches beyond the stack that is in the dump. Whatever a scan would find is a leftover.
    /// </summary>
    public bool IsBeyondMemory { get; private set; }

    /// <summary>Null for processors whose stacks are not walked.</summary>
    public static Unwinder? Create(WalkContext walk) => walk.Cpu.Kind switch
    {
        CpuKind.X86 => new X86Unwinder(walk),
        CpuKind.Amd64 => new Amd64Unwinder(walk),
        CpuKind.Arm => new ArmUnwinder(walk),
        CpuKind.Arm64 => new Arm64Unwinder(walk),
        CpuKind.Mips or CpuKind.Mips64 => new MipsUnwinder(walk),
        CpuKind.RiscV or CpuKind.RiscV64 => new RiscVUnwinder(walk),
        CpuKind.Ppc or CpuKind.Ppc64 => new PowerUnwinder(walk),
        CpuKind.Sparc => new SparcUnwinder(walk),
        _ => null,
    };

    /// <summary>Fills the caller's registers and trust. Whatever was found lies above the callee.</summary>
    public UnwindOutcome Unwind(WalkFrame callee, WalkFrame caller)
    {
        caller.IsInterrupted = false;
        IsBeyondMemory = false;
        var outcome = callee.IsSignalTrampoline && SignalFrame.TryRestore(walk, callee, caller)
            ? UnwindOutcome.Caller
            : FindCaller(callee, caller);
        if (Shadow is { IsKnown: true } && outcome != UnwindOutcome.EndOfStack)
            outcome = CheckAgainstShadow(callee, caller, outcome);
        if (outcome != UnwindOutcome.Caller)
            return outcome;

        var pc = caller.Registers[Cpu.Pc];
        return pc == 0 ? UnwindOutcome.EndOfStack : pc < ReturnAddressTest.LowestCode ? UnwindOutcome.Failed : UnwindOutcome.Caller;
    }

    protected abstract UnwindOutcome FindCaller(WalkFrame callee, WalkFrame caller);

    /// <summary>Applies the unwind rules at the callee's instruction: those of its symbols, else those of the module itself.</summary>
    protected UnwindOutcome ByCfi(WalkFrame callee, WalkFrame caller)
    {
        var outcome = CodeMap.TryFindCfi(callee.Location, out var rules)
            ? ByRules(callee, caller, rules)
            : UnwindOutcome.Failed;
        if (outcome != UnwindOutcome.Failed)
            return outcome;

        return walk.Code.TryFindImageRules(callee.Location, callee.IsInterrupted, out rules)
            ? ByRules(callee, caller, rules)
            : UnwindOutcome.Failed;
    }

    UnwindOutcome ByRules(WalkFrame callee, WalkFrame caller, CfiRules rules)
    {
        if (!IsUsable(callee, rules))
            return UnwindOutcome.Failed;

        var outcome = rules.Unwind(Cpu, in callee.Registers, walk.Memory, out caller.Registers, out var cfa);
        if (outcome == UnwindOutcome.Failed)
            IsBeyondMemory = IsCapturedUpTo(callee.Registers[Cpu.Sp], cfa);
        if (outcome != UnwindOutcome.Caller)
            return outcome;

        Clean(ref caller.Registers);
        caller.Trust = FrameTrust.Cfi;
        if (!IsAbove(callee, caller) || !Test.IsCode(caller.Registers[Cpu.Pc]))
            return UnwindOutcome.Failed;

        caller.IsInterrupted = rules.IsSignalFrame;
        return UnwindOutcome.Caller;
    }

    /// <summary>By what the function's first instructions did, where its code can be read.</summary>
    protected bool ByPrologue(WalkFrame callee, WalkFrame caller) =>
        callee.Location.Module >= 0
        && !HasRules(callee)
        && Prologue.Find(walk, callee.Location, callee.Registers[Cpu.Pc]) is { } prologue
        && prologue.TryUnwind(walk, callee, caller)
        && Test.IsBehindCall(caller.Registers[Cpu.Pc])
        && IsAbove(callee, caller);

    // The stack is there below a frame's end, and its highest word is not.
    bool IsCapturedUpTo(ulong sp, ulong end) =>
        end > sp && end - sp <= LargestFrame
        && walk.Memory.TryFind(sp, out _)
        && !walk.Memory.TryFind(end - (uint)Cpu.PointerSize, out _);

    /// <summary>Whether what the rules need of the callee's registers can be right.</summary>
    protected virtual bool IsUsable(WalkFrame callee, CfiRules rules) => true;

    // The shadow stack knows where the callee returns to. A caller that it does not know is given up for the place on the stack
    // that holds this address; where none does, the walk has left this list's stack.
    UnwindOutcome CheckAgainstShadow(WalkFrame callee, WalkFrame caller, UnwindOutcome outcome)
    {
        var shadow = Shadow!; // asked by the caller
        var expected = shadow.Expected;
        if (callee.IsSignalTrampoline && outcome == UnwindOutcome.Caller)
            return outcome;

        var isExpected = outcome == UnwindOutcome.Caller && caller.Registers[Cpu.Pc] == expected;
        if (!isExpected && TryFindOnStack(callee, expected, out var slot))
        {
            Fill(caller, expected, slot + (uint)Cpu.PointerSize, FrameTrust.ShadowStack);
            caller.IsInterrupted = false;
            outcome = UnwindOutcome.Caller;
        }

        if (outcome != UnwindOutcome.Caller)
            return outcome;
        if (!shadow.TryPass(caller.Registers[Cpu.Pc]))
            shadow.Lose();
        else if (caller.Trust is FrameTrust.Scan or FrameTrust.CfiScan or FrameTrust.FramePointer)
            caller.Trust = FrameTrust.ShadowStack;
        return outcome;
    }

    bool TryFindOnStack(WalkFrame callee, ulong word, out ulong slot)
    {
        slot = callee.Registers[Cpu.Sp];
        for (var i = 0; i < LongestShadowSearch && walk.TryReadWord(slot, out var candidate); i++)
        {
            if (candidate == word)
                return true;
            slot += (uint)Cpu.PointerSize;
        }

        return false;
    }

    /// <summary>Takes what is not address off pointers that came from memory.</summary>
    protected virtual void Clean(ref Registers registers)
    {
    }

    /// <summary>
    /// A caller's frame lies above its callee's. Where calls leave the return address in a register, a callee without a
    /// frame of its own shares its caller's stack pointer, but only the innermost one, or one whose rules say so, can.
    /// A caller on another stack (of a signal, a fiber, a split stack) may be anywhere.
    /// </summary>
    protected bool IsAbove(WalkFrame callee, WalkFrame caller)
    {
        var below = callee.Registers[Cpu.Sp];
        var above = caller.Registers[Cpu.Sp];
        if (above > below)
            return above - below <= LargestFrame || walk.Memory.TryFind(above, out _);
        if (above == below)
        {
            return Cpu.Lr >= 0
                && (callee.IsInterrupted || caller.Trust == FrameTrust.Cfi)
                && caller.Registers[Cpu.Pc] != callee.Registers[Cpu.Pc];
        }

        return caller.Trust == FrameTrust.Cfi
            && walk.Memory.TryFind(above, out var other)
            && walk.Memory.TryFind(below, out var own)
            && other.Address != own.Address
            && walk.Code.FindModule(caller.Registers[Cpu.Pc]) >= 0;
    }

    /// <summary>A word as the code address that it may be.</summary>
    protected virtual ulong ToCode(ulong word) => walk.Strip(word);

    /// <summary>Looks upward from an address for a word that could be a return address.</summary>
    protected bool TryScan(WalkFrame callee, ulong start, int words, out ulong slot, out ulong pc)
    {
        pc = 0;
        slot = start;
        if (IsBeyondMemory)
            return false;

        // A leaf's return address was in the link register; a copy of it on the stack would find the same frame again.
        var except = callee.Trust == FrameTrust.Leaf ? callee.Registers[Cpu.Pc] : 0;
        (ulong Slot, ulong Pc) second = default;
        for (slot = start; words >= 0 && walk.TryReadWord(slot, out var word); words--)
        {
            pc = ToCode(word);
            if (pc != except && Test.IsReturnAddress(pc) && Test.MayCall(callee, pc))
            {
                // A function that called itself is rarer than one whose earlier calls have left something there.
                if (!callee.Location.IsInFunction(pc) || CallCode.FollowsCall(walk, pc) is not null)
                    return true;
                if (second.Pc == 0)
                    second = (slot, pc);
            }

            slot += (uint)Cpu.PointerSize;
            if (slot < start)
                break;
        }

        (slot, pc) = second;
        return pc != 0;
    }

    /// <summary>
    /// Whether nothing can have run at the callee's pc: a call through a bad pointer. So the return address is still where
    /// the call put it.
    /// </summary>
    protected bool IsBadCall(WalkFrame callee)
    {
        var pc = callee.Registers[Cpu.Pc];
        return callee.IsInterrupted && callee.Location.Module < 0 && (pc < ReturnAddressTest.LowestCode || walk.IsExecutable(pc) == false);
    }

    /// <summary>After a call through a bad pointer: the word at the stack pointer is the return address.</summary>
    protected bool ByBadCall(WalkFrame callee, WalkFrame caller)
    {
        if (!IsBadCall(callee) || !callee.Registers.TryGet(Cpu.Sp, out var sp)
            || !walk.TryReadWord(sp, out var pc) || !Test.IsReturnAddress(pc))
        {
            return false;
        }

        ReturnTo(callee, caller, pc);
        caller.Registers.Set(Cpu.Sp, sp + (uint)Cpu.PointerSize);
        return true;
    }

    /// <summary>The caller of a function that has changed no register that matters.</summary>
    protected void ReturnTo(WalkFrame callee, WalkFrame caller, ulong pc)
    {
        caller.Registers = callee.Registers;
        caller.Registers.Set(Cpu.Pc, pc);
        caller.Trust = FrameTrust.Leaf;
    }

    /// <summary>The caller of a leaf, whose return address is in the link register.</summary>
    protected bool ByLink(WalkFrame callee, WalkFrame caller, ulong link)
    {
        if (!IsLinkOfLeaf(callee, link))
            return false;

        ReturnPath.TryFind(walk, in callee.Registers, out var released);
        ReturnTo(callee, caller, link);
        caller.Registers.Set(Cpu.Sp, (caller.Registers[Cpu.Sp] + released) & Cpu.AddressMask);
        caller.Registers.Forget(Cpu.Lr);
        return true;
    }

    /// <summary>
    /// x86 and amd64: whether the instructions that an interrupted function has still to run lead to another caller than what
    /// its frame pointer led to, which may still be its caller's.
    /// </summary>
    protected bool IsElsewhereByCode(WalkFrame callee, WalkFrame caller, UnwindOutcome byFramePointer)
    {
        var found = new WalkFrame();
        if (!ByReturnPath(callee, found))
            return false;

        var isSame = byFramePointer == UnwindOutcome.Caller
            && found.Registers[Cpu.Pc] == caller.Registers[Cpu.Pc]
            && found.Registers[Cpu.Sp] == caller.Registers[Cpu.Sp];
        if (!isSame)
            (caller.Registers, caller.Trust) = (found.Registers, found.Trust);
        return !isSame;
    }

    bool ByReturnPath(WalkFrame callee, WalkFrame caller)
    {
        if (!callee.IsInterrupted || callee.Location.Module < 0 || HasRules(callee)
            || !new X86ReturnPath(walk).TryFind(in callee.Registers, out var registers)
            || !Test.IsBehindCall(registers[Cpu.Pc]))
        {
            return false;
        }

        caller.Registers = default;
        foreach (var register in (ReadOnlySpan<int>)[Cpu.Pc, Cpu.Sp, .. Cpu.CalleeSaved])
        {
            if (registers.TryGet(register, out var value))
                caller.Registers.Set(register, value);
        }

        caller.Trust = FrameTrust.Code;
        return IsAbove(callee, caller);
    }

    /// <summary>
    /// Whether the link register still holds the return address of an interrupted function. Each call that the function
    /// makes leaves an address of its own there; so if it is another function's, none was made. Where it is not known whose it
    /// is, the function's code may tell.
    /// </summary>
    bool IsLinkOfLeaf(WalkFrame callee, ulong link)
    {
        if (!callee.IsInterrupted || !Test.IsReturnAddress(link) || HasWorkingRules(callee))
            return false;
        if (IsBadCall(callee) || callee.Location.Module != walk.Code.FindModule(link - 1))
            return true;

        var caller = walk.Code.Locate(link - 1);
        return callee.Location.FunctionUtf8.IsEmpty || caller.FunctionUtf8.IsEmpty
            ? ReturnPath.TryFind(walk, in callee.Registers, out _)
            : caller.FunctionBase != callee.Location.FunctionBase;
    }

    /// <summary>Whether unwind rules describe the callee, be they of use or not.</summary>
    protected bool HasRules(WalkFrame callee) => HasRules(callee, out _);

    bool HasRules(WalkFrame callee, out CfiRules rules) =>
        CodeMap.TryFindCfi(callee.Location, out rules)
        || walk.Code.TryFindImageRules(callee.Location, callee.IsInterrupted, out rules);

    // Rules that led to no believable frame say at least that the function has one. Rules that could not be evaluated,
    // for want of the stack's memory, say nothing.
    bool HasWorkingRules(WalkFrame callee) =>
        HasRules(callee, out var rules)
        && rules.Unwind(Cpu, in callee.Registers, walk.Memory, out _, out _) != UnwindOutcome.Failed;

    /// <summary>
    /// Whether the chain of frame records turned back on itself: the stack was overwritten there, and what a scan would find
    /// beyond was invented.
    /// </summary>
    protected bool IsChainBroken(WalkFrame callee) =>
        callee.Trust == FrameTrust.FramePointer
        && callee.Registers.TryGet(Cpu.Fp, out var fp) && fp != 0 && fp < callee.Registers[Cpu.Sp];

    /// <summary>How far a scan above a frame goes.</summary>
    protected static int ScanReach(WalkFrame callee) =>
        callee.IsInterrupted || callee.Trust == FrameTrust.Cfi ? LongScanWords : ScanWords;

    /// <summary>Scans from the callee's stack pointer; the caller's pc and sp become known, nothing else.</summary>
    protected bool ByScan(WalkFrame callee, WalkFrame caller, out ulong slot)
    {
        slot = 0;
        if (!MayScan || !callee.Registers.TryGet(Cpu.Sp, out var sp)
            || !TryScan(callee, sp, ScanReach(callee), out slot, out var pc))
        {
            return false;
        }

        Fill(caller, pc, slot + (uint)Cpu.PointerSize, FrameTrust.Scan);
        return true;
    }

    protected void Fill(WalkFrame caller, ulong pc, ulong sp, FrameTrust trust)
    {
        caller.Registers = default;
        caller.Registers.Set(Cpu.Pc, pc);
        caller.Registers.Set(Cpu.Sp, sp & Cpu.AddressMask);
        caller.Trust = trust;
    }
}
