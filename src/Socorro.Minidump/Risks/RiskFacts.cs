using Socorro.Minidumps.Instructions;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Reasons;
using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Risks;

/// <summary>Gathers the facts of one crash, each once.</summary>
sealed class RiskFacts
{
    /// <summary>Up to there, an address is taken for an offset from a null pointer.</summary>
    const ulong LastNull = 4096;

    /// <summary>Frames from the top in which the function may be that a failed check calls.</summary>
    const int MaxFrames = 32;

    readonly ProcessState _state;
    readonly Minidump _dump;
    readonly ExceptionRecord _exception;
    readonly ulong _pc;
    readonly ulong _sp;
    readonly Frame _top;
    readonly SortedSet<RiskFact> _facts = [];

    RiskFacts(ProcessState state, ThreadState thread, ExceptionRecord exception)
    {
        _state = state;
        _dump = state.Dump;
        _exception = exception;
        _top = thread.Stack.Frames[0];
        _pc = _top.Pc;
        _sp = thread.Stack.GetRegisters(0)[Cpu.CpuTraits.Find(_dump.Cpu)!.Sp]; // it has frames, so the processor is known
    }

    public static IReadOnlyList<RiskFact> Find(ProcessState state, ThreadState thread, ExceptionRecord exception)
    {
        var facts = new RiskFacts(state, thread, exception);
        facts.AddCode();
        facts.AddStack(thread);
        if (state.Dump.Os == OsKind.Windows)
            facts.AddException();
        if (Fault.IsOfMemory(state.Dump.Os, exception.Code))
            facts.AddAccess();
        return [.. facts._facts];
    }

    void AddIf(bool isSo, RiskFact fact)
    {
        if (isSo)
            _facts.Add(fact);
    }

    void AddCode()
    {
        AddIf(_top.Location.Module < 0, RiskFact.CodeOutsideModules);
        AddIf(
            _dump.AddressSpace is { IsKnown: true } space && space.Find(_pc)?.Allows(Permissions.Execute) != true,
            RiskFact.CodeNotExecutable);
    }

    void AddStack(ThreadState thread)
    {
        AddIf(thread.Stack.Frames.Take(MaxFrames).Any(IsFailedCheck), RiskFact.StackCheckFailed);
        AddIf(_dump.Modules.Find(_sp) is not null, RiskFact.StackPointerOutsideStack);
        AddIf(
            _dump.AddressSpace.IsKnown && _dump.AddressSpace.Find(_sp)?.Allows(Permissions.Execute) == true,
            RiskFact.ExecutableStack);
        foreach (var mapping in _dump.LinuxMaps)
        {
            var (isStack, isHeap) = (mapping.Path.StartsWith("[stack", StringComparison.Ordinal), mapping.Path == "[heap]");
            AddIf(isStack && mapping.Permissions.HasFlag(Permissions.Execute), RiskFact.ExecutableStack);
            AddIf(isHeap && mapping.Permissions.HasFlag(Permissions.Execute), RiskFact.ExecutableHeap);

            // Stacks of threads have no name.
            AddIf(
                _sp >= mapping.Start && _sp < mapping.End && !isStack && IsNamed(mapping.Path),
                RiskFact.StackPointerOutsideStack);
        }
    }

    // Programs can give anonymous memory a name, and do so for their stacks.
    static bool IsNamed(string path) => path.Length > 0 && !path.StartsWith("[anon", StringComparison.Ordinal);

    static bool IsFailedCheck(Frame frame)
    {
        var name = frame.Location.FunctionUtf8.Span;
        return name.EndsWith("__stack_chk_fail"u8) || name.EndsWith("__chk_fail"u8) || name.EndsWith("__report_gsfailure"u8);
    }

    // The codes are those of winnt.h.
    void AddException()
    {
        var fact = _exception.Code switch
        {
            WindowsReason.StackOverflow => RiskFact.StackUsedUp,
            >= 0xc000008d and <= 0xc0000095 => RiskFact.ArithmeticFailed,
            0xc000001d or 0xc0000096 => RiskFact.IllegalInstruction,
            0xc0000025 or 0xc0000026 => RiskFact.HandlerFailed,
            0xc0000374 => RiskFact.HeapDamaged,
            WindowsReason.StackBufferOverrun => RiskFact.StackCheckFailed,
            0x80000001 => RiskFact.GuardPageTouched,
            _ => (RiskFact?)null,
        };
        if (fact is { } known)
            _facts.Add(known);
    }

    void AddAccess()
    {
        if ((_state.Analysis!.Adjusted?.Value ?? _state.Reason!.Address) is not { } address) // there are both, or no facts are asked for
            return;

        var kind = FindKind(address);
        if (address <= LastNull)
        {
            _facts.Add(RiskFact.NullAccess);
            return;
        }

        _facts.Add(kind switch
        {
            AccessKind.Write => RiskFact.WildWrite,
            AccessKind.Execute => RiskFact.WildExecution,
            _ => RiskFact.WildRead,
        });
        AddIf(IsText(address), RiskFact.AddressIsText);
        if (_dump.Os == OsKind.Windows && kind is AccessKind.Read or AccessKind.Write)
            _facts.UnionWith(BadValue.Follow(_dump, _pc, kind.Value));
    }

    // Not all systems tell; then the instruction does.
    AccessKind? FindKind(ulong address)
    {
        if (_state.Reason!.Access is { } told)
            return told;
        if (address == _pc)
            return AccessKind.Execute;

        foreach (var access in _state.Analysis!.Accesses ?? [])
        {
            if (access.Covers(address))
                return access.Mode == AccessMode.Read ? AccessKind.Read : AccessKind.Write;
        }

        return null;
    }

    static bool IsText(ulong address)
    {
        for (; address != 0; address >>= 8)
        {
            if ((byte)address is not (0 or >= 0x20 and < 0x7f))
                return false;
        }

        return true;
    }
}
