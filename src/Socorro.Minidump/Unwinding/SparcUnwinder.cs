using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Unwinding;

/// <summary>SPARC: the register windows that the kernel spilled to the stack.</summary>
sealed class SparcUnwinder(WalkContext walk) : Unwinder(walk)
{
    /// <summary>Of the 16 spilled registers, i6 (the caller's frame) and i7 (the call instruction).</summary>
    const ulong FpOffset = 56;
    const ulong CallOffset = 60;

    protected override UnwindOutcome FindCaller(WalkFrame callee, WalkFrame caller)
    {
        if (!callee.Registers.TryGet(Cpu.Fp, out var fp) || !callee.Registers.TryGet(Cpu.Sp, out var sp)
            || !Walk.Memory.TryReadInteger(fp + FpOffset, 4, out var callerFp)
            || !Walk.Memory.TryReadInteger(fp + CallOffset, 4, out var call))
        {
            return UnwindOutcome.Failed;
        }

        if (callerFp <= 1 || call <= 1)
            return UnwindOutcome.EndOfStack;
        if (fp <= sp)
            return UnwindOutcome.Failed;

        Fill(caller, call, fp, FrameTrust.FramePointer);
        caller.Registers.Set(Cpu.Fp, callerFp);
        return UnwindOutcome.Caller;
    }
}
