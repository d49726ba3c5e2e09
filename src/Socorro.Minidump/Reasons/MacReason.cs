using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Reasons;

/// <summary>
/// Explains Mach exceptions (mach/exception_types.h): the flags are the low half of the exception's code, the
/// parameters are exception, code and subcode.
/// </summary>
static class MacReason
{
    const uint Crash = 10;
    const uint Resource = 11;
    const uint Guard = 12;

    // Crashpad's own: 'CPsx' and 'CPnx'.
    const uint Simulated = 0x43507378;
    const uint FromNSException = 0x43506e78;

    public static CrashReason Explain(ExceptionRecord exception, CpuKind cpu)
    {
        if (NameTable.Mac.Find("exception", exception.Code) is not { } name)
            return CrashReason.Unknown(exception);

        var detail = exception.Code switch
        {
            Simulated or FromNSException => null,
            Resource => MacLimit.DescribeResource(exception),
            Guard => MacLimit.DescribeGuard(exception),
            // The code of the exception that became this one: its signal is in the highest byte.
            Crash => NameTable.Mac.Find(name, exception.Flags >> 24),
            _ => NameTable.Mac.Find(name, exception.Flags)
                ?? NameTable.Mac.Find($"{name}.{Family(cpu)}", exception.Flags),
        };
        var text = exception.Code is Simulated or FromNSException
            ? name
            : $"{name} / {detail ?? $"0x{exception.Flags:x8}"}";
        return CrashReason.At(exception.Address, text) with { IsSimulated = exception.Code == Simulated };
    }

    static string Family(CpuKind cpu) => cpu switch
    {
        CpuKind.X86 or CpuKind.Amd64 => "x86",
        CpuKind.Arm or CpuKind.Arm64 => "arm",
        CpuKind.Ppc or CpuKind.Ppc64 => "ppc",
        _ => "",
    };
}
