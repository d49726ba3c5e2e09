using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Unwinding;

/// <summary>PowerPC of either width: the chain of stack pointers that its calling conventions demand of every frame.</summary>
sealed class PowerUnwinder(WalkContext walk) : Unwinder(walk)
{
    protected override UnwindOutcome FindCaller(WalkFrame callee, WalkFrame caller)
    {
        if (!callee.Registers.TryGet(Cpu.Sp, out var sp) || !Walk.TryReadWord(sp, out var next))
            return UnwindOutcome.Failed;
        if (next == 0)
            return UnwindOutcome.EndOfStack;
        if (next <= sp || !Walk.TryReadWord(next + LinkOffset, out var pc))
            return UnwindOutcome.Failed;
        if (pc <= 1)
            return UnwindOutcome.EndOfStack;

        Fill(caller, pc, next, FrameTrust.FramePointer);
        return UnwindOutcome.Caller;
    }

    // Where a callee saves its link register in its caller's frame.
    ulong LinkOffset => (Cpu.Kind, Walk.IsLinux) switch
    {
        (CpuKind.Ppc64, _) => 16,
        (_, true) => 4,
        _ => 8,
    };
}
