using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Reasons;

/// <summary>How memory was touched by the instruction that crashed.</summary>
public enum AccessKind
{
    /// <summary>A read.</summary>
    Read,

    /// <summary>A write.</summary>
    Write,

    /// <summary>A jump to where no code may be.</summary>
    Execute,
}

/// <summary>Who sent the signal that ended the process.</summary>
/// <param name="UserId">Null where the writer had no room to keep it.</param>
public readonly record struct SignalSender(uint ProcessId, uint? UserId);

/// <summary>Why the process crashed, in the words and numbers that the tools of the field use.</summary>
public sealed record CrashReason
{
    /// <summary>
    /// Such as "EXCEPTION_ACCESS_VIOLATION_READ", "SIGSEGV / SEGV_MAPERR", "EXC_BAD_ACCESS / KERN_INVALID_ADDRESS".
    /// </summary>
    public required string Text { get; init; }

    /// <summary>
    /// The address whose access or execution failed, in the width of the processor; null when the exception is not
    /// about an address.
    /// </summary>
    public required ulong? Address { get; init; }

    /// <summary>
    /// The number that stands where an address would: the address itself, or the sender's process and user, which other
    /// tools report as an address.
    /// </summary>
    public required ulong RawAddress { get; init; }

    /// <summary>The kind of access that failed, where the system says it.</summary>
    public AccessKind? Access { get; init; }

    /// <summary>Who sent the signal, when a process did so and not the kernel.</summary>
    public SignalSender? Sender { get; init; }

    /// <summary>Whether the program asked for the dump and went on: there was no crash.</summary>
    public bool IsSimulated { get; init; }

    /// <summary>
    /// What else the exception tells, as a sentence's rest: "a C++ object of type std::bad_alloc was thrown".
    /// </summary>
    public string? Detail { get; init; }

    /// <summary>
    /// The reason of a dump's exception, with what its memory adds; null when there was no exception. Microdumps are written
    /// of crashes only, and do not always say why.
    /// </summary>
    public static CrashReason? Explain(Minidump dump)
    {
        if (dump.Exception is not { } exception)
            return dump.Microdump is null ? null : At(0, "unknown") with { Address = null };

        var reason = Explain(exception, dump.Os, dump.Cpu, dump.ProcessId);
        if (dump.Microdump is { Signal: { Length: > 0 } signal })
            reason = reason with { Text = signal };
        return dump.Os == OsKind.Windows && ThrownObject.Read(dump) is { } thrown
            ? reason with { Detail = thrown.ToString() }
            : reason;
    }

    /// <summary>The reason of an exception alone.</summary>
    /// <param name="processId">The crashed process, where it is known.</param>
    public static CrashReason Explain(ExceptionRecord exception, OsKind os, CpuKind cpu, uint? processId = null)
    {
        var reason = os switch
        {
            OsKind.Windows => WindowsReason.Explain(exception),
            OsKind.MacOs or OsKind.Ios => MacReason.Explain(exception, cpu),
            OsKind.Linux or OsKind.Android => LinuxReason.Explain(exception, cpu, processId),
            _ => Unknown(exception),
        };
        var mask = CpuTraits.Find(cpu)?.AddressMask ?? ulong.MaxValue;
        return reason with { Address = reason.Address & mask, RawAddress = reason.RawAddress & mask };
    }

    internal static CrashReason Unknown(ExceptionRecord exception) =>
        At(exception.Address, $"unknown 0x{exception.Code:x8} / 0x{exception.Flags:x8}");

    internal static CrashReason At(ulong address, string text) =>
        new() { Text = text, Address = address, RawAddress = address };
}
