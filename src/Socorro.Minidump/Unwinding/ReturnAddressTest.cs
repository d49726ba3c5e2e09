namespace Socorro.Minidumps.Unwinding;

/// <summary>Tells, by all that the dump and symbols say, whether an address may be one that a call returns to.</summary>
sealed class ReturnAddressTest(WalkContext walk)
{
    /// <summary>No code is in the lowest page: a return address there is none.</summary>
    public const ulong LowestCode = 4096;

    /// <summary>Whether a call could return to an address, as far as modules, symbols, permissions and code bytes tell.</summary>
    public bool IsReturnAddress(ulong address)
    {
        if (address < LowestCode || address == walk.EntryPoint)
            return false;
        if (walk.Code.FindModule(address - 1) < 0 && !walk.Code.IsGenerated(address - 1)
            || walk.IsExecutable(address - 1) == false)
        {
            return false;
        }

        return CallCode.FollowsCall(walk, address) ?? (walk.IsAtEntry(address) || walk.Code.MayFollowCall(address));
    }

    /// <summary>
    /// Whether code that makes a call leads to an address. Where a function's last instruction is a call that does not return, the address
    /// behind it is another function's.
    /// </summary>
    public bool IsBehindCall(ulong pc) =>
        walk.Code.FindModule(pc - 1) >= 0 && walk.IsExecutable(pc - 1) != false && CallCode.FollowsCall(walk, pc) != false;

    /// <summary>
    /// Whether code may be at an address. Unwind rules can lead elsewhere: converters leave out those that they can't
    /// express, such as that of a function that aligned its stack.
    /// </summary>
    public bool IsCode(ulong pc) => walk.Code.FindModule(pc - 1) >= 0 || walk.IsExecutable(pc - 1) != false;

    /// <summary>
    /// Whether a frame pointer may have led to a return address. Code outside all modules (generated code) is believed
    /// where the dump says that it could be executed, or the callee is such code too, or the next frame is in a module.
    /// </summary>
    public bool IsBelievable(WalkFrame callee, ulong pc, ulong nextReturnSlot)
    {
        if (walk.Code.FindModule(pc - 1) >= 0)
            return true;
        if (walk.IsExecutable(pc - 1) is { } executable)
            return executable;

        return callee.Location.Module < 0
            || walk.TryReadWord(nextReturnSlot, out var next) && walk.Code.FindModule(walk.Strip(next)) >= 0;
    }

    /// <summary>What is known of callers besides that they make a call.</summary>
    public bool MayCall(WalkFrame callee, ulong pc)
    {
        if (callee.Location.Bottom is { } bottom)
            return bottom.MayBeCalledBy(walk.Code.Locate(pc - (uint)walk.Cpu.CallSize), FrameTrust.Scan, walk.IsAtEntry(pc));

        return !(callee.IsMainOrAbove && CannotRunMain(pc)) && !IsLeftByLoader(callee, pc);
    }

    // On Linux, the program and its C library alone run main. What the dynamic loader did before has left its own return
    // addresses there.
    bool CannotRunMain(ulong pc)
    {
        if (!walk.IsLinux || walk.Code.FindModule(pc - 1) is not (>= 0 and var module))
            return false;

        var (name, isMain) = (walk.Code.Modules[module].Name, walk.Code.Modules[module].IsMain);
        return !isMain && !IsLibc(name) && !name.StartsWith("ld-musl", StringComparison.Ordinal);
    }

    // The first call of a function through its stub runs the dynamic loader where the function's own frame will be, and leaves
    // return addresses there. The loader imports nothing: of the C library it calls only what replaces its own memory allocation.
    bool IsLeftByLoader(WalkFrame callee, ulong pc) =>
        walk.IsLinux
        && !callee.Location.FunctionUtf8.IsEmpty
        && callee.Location.Module >= 0
        && IsLibc(walk.Code.Modules[callee.Location.Module].Name)
        && walk.Code.FindModule(pc - 1) is >= 0 and var module
        && walk.Code.Modules[module].Name is ['l', 'd', '-' or '.' or '6', ..] and not ['l', 'd', '-', 'm', 'u', 's', 'l', ..]
        && !callee.Location.FunctionUtf8.Span.EndsWith("alloc"u8)
        && !callee.Location.FunctionUtf8.Span.EndsWith("free"u8);

    static bool IsLibc(string name) =>
        name.StartsWith("libc.", StringComparison.Ordinal) || name.StartsWith("libc-", StringComparison.Ordinal);
}
