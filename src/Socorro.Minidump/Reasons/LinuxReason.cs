using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Reasons;

/// <summary>Explains signals (sigaction(2)): the code is the signal, the flags are its si_code.</summary>
static class LinuxReason
{
    const uint User = 0;
    const uint Queue = unchecked((uint)-1);
    const uint ThreadKill = unchecked((uint)-6);
    const uint SystemCallSignal = 31;
    const uint DumpRequested = 0xffffffff;

    public static CrashReason Explain(ExceptionRecord exception, CpuKind cpu, uint? processId)
    {
        if (NameTable.Linux.Find("signal", exception.Code) is not { } signal)
            return CrashReason.Unknown(exception);

        var reason = CrashReason.At(exception.Address, Name(signal, exception.Flags)) with
        {
            IsSimulated = exception.Code == DumpRequested,
            Detail = Describe(exception),
        };
        return FindSender(exception, cpu, processId) is { } sender
            ? reason with { Address = null, Sender = sender }
            : reason;
    }

    static string Name(string signal, uint code)
    {
        if ((NameTable.Linux.Find(signal, code) ?? NameTable.Linux.Find("code", code)) is { } name)
            return $"{signal} / {name}";

        return code == User ? signal : $"{signal} / 0x{code:x8}";
    }

    // A signal that a process sent has the sender in the place of an address (siginfo_t is a union), in parameters when
    // Crashpad wrote it. Breakpad did not save the si_code for years, so that 0 with a fault's signal means nothing
    // unless the "address" is the process itself.
    static SignalSender? FindSender(ExceptionRecord exception, CpuKind cpu, uint? processId)
    {
        if (exception.Code == DumpRequested || exception.Flags is not (User or Queue or ThreadKill))
            return null;

        var isFault = exception.Code is 4 or 5 or 7 or 8 or 11;
        if (!isFault && exception is { Address: 0, Parameters: [var process and not 0, var user, ..] })
            return exception.Code == SystemCallSignal ? null : new((uint)process, (uint)user);

        var id = (uint)exception.Address;
        if (id == 0 || (isFault && exception.Flags == User && id != processId))
            return null;

        var isWide = CpuTraits.Find(cpu)?.PointerSize == 8;
        return new(id, isWide ? (uint)(exception.Address >> 32) : null);
    }

    static string? Describe(ExceptionRecord exception) =>
        exception is { Code: SystemCallSignal, Parameters: [var call, var architecture, ..] }
            ? $"system call {call} of architecture 0x{(uint)architecture:x8} is not allowed"
            : null;
}
