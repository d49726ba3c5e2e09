using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Symbols.Rules;

namespace Socorro.Minidumps.Symbols;

/// <summary>
/// A STACK WIN record: how the compiler for 32-bit Windows laid out a function's frame, either as a program (frame data)
/// or by sizes alone (FPO, frame pointer omission).
/// </summary>
readonly record struct WinFrame
{
    public required ulong Rva { get; init; }

    public required uint Size { get; init; }

    public uint PrologueSize { get; init; }

    public uint EpilogueSize { get; init; }

    /// <summary>Bytes of parameters that the function pops when it returns.</summary>
    public uint ParameterSize { get; init; }

    public uint SavedRegisterSize { get; init; }

    public uint LocalSize { get; init; }

    public uint MaxStackSize { get; init; }

    /// <summary>FPO only: ebp was saved and is used for something else.</summary>
    public bool AllocatesBasePointer { get; init; }

    /// <summary>Frame data (type 4) rather than FPO (type 0).</summary>
    public bool HasProgram { get; init; }

    /// <summary>The postfix program of frame data, as written.</summary>
    public ReadOnlyMemory<byte> Program { get; init; }

    /// <summary>
    /// Where the return address should be: above the parameters of the function called, the locals and the saved registers.
    /// A program with an alignment has moved esp, so there it is next to the saved ebp.
    /// </summary>
    public bool TryGetReturnAddressSlot(in Registers callee, uint calleeParameterSize, out uint address)
    {
        var aligned = HasProgram && Program.Span.Contains((byte)'@');
        address = 0;
        if (!callee.TryGet(aligned ? X86.Ebp : X86.Esp, out var register))
            return false;

        address = unchecked((uint)register + (aligned ? 4 : calleeParameterSize + LocalSize + SavedRegisterSize));
        return true;
    }

    /// <summary>Computes the caller's registers, looking for the return address where the sizes say that it is.</summary>
    public UnwindOutcome Unwind(
        in Registers callee, uint calleeParameterSize, bool isContext, MemoryMap memory, out Registers caller)
    {
        caller = default;
        if (!TryGetReturnAddressSlot(in callee, calleeParameterSize, out var slot))
            return UnwindOutcome.Failed;

        return HasProgram
            ? UnwindFrameData(in callee, calleeParameterSize, slot, memory, out caller)
            : UnwindFpo(in callee, calleeParameterSize, slot, isContext, memory, out caller);
    }

    /// <summary>
    /// Runs the program with a chosen start of the search for the return address. Of the results eip, esp, ebp, ebx, esi and
    /// edi those that the program or its start gave a value are known.
    /// </summary>
    public UnwindOutcome UnwindFrameData(
        in Registers callee, uint calleeParameterSize, uint searchStart, MemoryMap memory, out Registers caller)
    {
        caller = default;
        var machine = new WinProgram(Program.Span, memory, stackalloc WinProgram.Variable[WinProgram.MaxVariables]);
        if (!callee.TryGet(X86.Esp, out var esp) || !callee.TryGet(X86.Ebp, out var ebp))
            return UnwindOutcome.Failed;

        machine.Set(WinProgram.Esp, (uint)esp);
        machine.Set(WinProgram.Ebp, (uint)ebp);
        if (callee.TryGet(X86.Ebx, out var ebx))
            machine.Set(WinProgram.Ebx, (uint)ebx);
        machine.Set(WinProgram.Params, ParameterSize);
        machine.Set(WinProgram.CalleeParams, calleeParameterSize);
        machine.Set(WinProgram.SavedRegs, SavedRegisterSize);
        machine.Set(WinProgram.Locals, LocalSize);
        machine.Set(WinProgram.RaSearch, searchStart);
        machine.Set(WinProgram.RaSearchStart, searchStart);
        if (!machine.TryRun())
            return UnwindOutcome.Failed;

        // The first variables stand in the order of the registers eip, esp, ebp, ebx, esi, edi.
        for (var i = X86.Eip; i <= X86.Edi; i++)
        {
            if (machine.TryGet(i, out var value))
                caller.Set(i, value);
        }

        return EndOrCaller(in caller);
    }

    UnwindOutcome UnwindFpo(
        in Registers callee, uint calleeParameterSize, uint slot, bool isContext, MemoryMap memory, out Registers caller)
    {
        caller = default;
        if (!memory.TryReadInteger(slot, 4, out var eip))
            return UnwindOutcome.Failed;

        // A call's own return address may still be on the stack when its first instruction faulted.
        if (isContext && callee.TryGet(X86.Eip, out var current) && current == eip)
        {
            slot += 4;
            if (!memory.TryReadInteger(slot, 4, out eip))
                return UnwindOutcome.Failed;
        }

        if (AllocatesBasePointer)
        {
            var saved = unchecked((uint)callee[X86.Esp] + calleeParameterSize + SavedRegisterSize - 8);
            if (!memory.TryReadInteger(saved, 4, out var ebp))
                return UnwindOutcome.Failed;

            caller.Set(X86.Ebp, ebp);
        }
        else
        {
            Pass(X86.Ebp, in callee, ref caller);
            Pass(X86.Ebx, in callee, ref caller);
        }

        caller.Set(X86.Eip, eip);
        caller.Set(X86.Esp, unchecked(slot + 4));
        return EndOrCaller(in caller);
    }

    static void Pass(int register, in Registers callee, ref Registers caller)
    {
        if (callee.TryGet(register, out var value))
            caller.Set(register, value);
    }

    static UnwindOutcome EndOrCaller(in Registers caller) =>
        caller.TryGet(X86.Eip, out var eip) && eip == 0 && caller.TryGet(X86.Ebp, out var ebp) && ebp == 0
            ? UnwindOutcome.EndOfStack
            : UnwindOutcome.Caller;

    /// <summary>Indexes of <see cref="CpuTraits.RegisterNames"/> of 32-bit x86.</summary>
    static class X86
    {
        public const int Eip = 0;
        public const int Esp = 1;
        public const int Ebp = 2;
        public const int Ebx = 3;
        public const int Edi = 5;
    }
}
