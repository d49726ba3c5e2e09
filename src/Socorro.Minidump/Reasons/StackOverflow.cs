using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Reasons;

/// <summary>
/// Recognises that a thread used up its stack. Windows says so; elsewhere it is an ordinary fault just outside the
/// stack.
/// </summary>
public static class StackOverflow
{
    const ulong Near = 64 * 1024;

    /// <summary>Whether the dump's exception looks like one.</summary>
    public static bool IsLikely(Minidump dump)
    {
        if (dump.Exception is not { } exception)
            return false;
        if (dump.Os == OsKind.Windows)
            return exception.Code == WindowsReason.StackOverflow;
        if (!IsMemoryFault(exception, dump.Os) || CrashReason.Explain(dump)?.Address is not { } address)
            return false;

        var context = exception.Context
            ?? dump.Threads.FirstOrDefault(thread => thread.Id == exception.ThreadId)?.Context;
        return context is not null
            && (IsInGuard(dump.AddressSpace, address, context.StackPointer)
                || (IsNear(address, context.StackPointer) && IsBelowStack(dump, address)));
    }

    // A function with much room for locals can reach far into the guard while the stack pointer is still above it.
    static bool IsInGuard(AddressSpace space, ulong address, ulong stackPointer) =>
        space.IsKnown
        && space.Find(address) is { IsInaccessible: true } guard
        && space.Find(stackPointer) is { } stack
        && stack.Start == guard.End
        && stack.Allows(Permissions.Write);

    static bool IsMemoryFault(ExceptionRecord exception, OsKind os) => os switch
    {
        OsKind.Linux or OsKind.Android => exception.Code is 7 or 11,
        OsKind.MacOs or OsKind.Ios => exception.Code == 1,
        _ => false,
    };

    static bool IsNear(ulong a, ulong b) => (a > b ? a - b : b - a) < Near;

    // A function takes room for its locals at once, so the fault can be on either side of the stack pointer; but below
    // it nothing is writable, or else the thread ran over the other end of a buffer.
    static bool IsBelowStack(Minidump dump, ulong address)
    {
        var space = dump.AddressSpace;
        if (!space.IsKnown)
            return !dump.Memory.TryFind(address, out _);

        const ulong page = 4096;
        var below = (address & ~(page - 1)) - 1;
        return !IsWritable(space, address) && !IsWritable(space, below);
    }

    static bool IsWritable(AddressSpace space, ulong address) =>
        space.Find(address) is { } range && range.Allows(Permissions.Write);
}
