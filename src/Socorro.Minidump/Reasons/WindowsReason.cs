using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Reasons;

/// <summary>Explains Windows exceptions (EXCEPTION_RECORD).</summary>
static class WindowsReason
{
    public const uint AccessViolation = 0xc0000005;
    public const uint InPageError = 0xc0000006;
    public const uint StackOverflow = 0xc00000fd;
    public const uint StackBufferOverrun = 0xc0000409;
    public const uint CppThrown = 0xe06d7363;
    public const uint ClrThrown = 0xe0434352;
    public const uint OutOfMemory = 0xe0000008;
    public const uint Simulated = 0x0517a7ed;
    public const uint HeapCorruption = 0xc0000374;
    const uint FatalAppExit = 7;

    public static CrashReason Explain(ExceptionRecord exception)
    {
        var parameters = exception.Parameters;
        var hasAddress = exception.Code is AccessViolation or InPageError && parameters.Count >= 2;
        return CrashReason.At(hasAddress ? parameters[1] : exception.Address, Name(exception)) with
        {
            Access = FindAccess(exception),
            IsSimulated = exception.Code == Simulated,
            Detail = Describe(exception),
        };
    }

    static string Name(ExceptionRecord exception)
    {
        var parameters = exception.Parameters;
        var known = NameTable.Windows.Find("exception", exception.Code);
        switch (exception.Code)
        {
            case AccessViolation when parameters.Count >= 1 && AccessName(parameters[0]) is { } access:
                return $"{known}_{access}";
            case InPageError when parameters.Count >= 3 && AccessName(parameters[0]) is { } access:
                var status = (uint)parameters[2];
                return $"{known}_{access} / {NameTable.NtStatus.Find(status) ?? $"0x{status:x8}"}";
            case StackBufferOverrun when parameters.Count >= 1:
                var code = (uint)parameters[0];
                return $"EXCEPTION_STACK_BUFFER_OVERRUN / {NameTable.Windows.Find("fastfail", code) ?? $"0x{code:x8}"}";
            default:
                return known ?? WindowsError.Describe(exception.Code);
        }
    }

    static string? AccessName(ulong kind) => kind > uint.MaxValue ? null : NameTable.Windows.Find("access", (uint)kind);

    static AccessKind? FindAccess(ExceptionRecord exception) =>
        exception.Code is not (AccessViolation or InPageError) || exception.Parameters is not [var kind, ..]
            ? null
            : kind switch
            {
                0 => AccessKind.Read,
                1 => AccessKind.Write,
                8 => AccessKind.Execute,
                _ => null,
            };

    static string? Describe(ExceptionRecord exception) => (exception.Code, exception.Parameters) switch
    {
        (OutOfMemory, [var size, ..]) => $"an allocation of {size} bytes failed",
        (StackBufferOverrun, [FatalAppExit, ..]) => "the program ended itself, as abort and the panics of Rust do",
        (HeapCorruption, _) => "the heap was found to be corrupt; who damaged it may have done so long before",
        (ClrThrown, [var result, ..]) => $"a .NET exception with HRESULT 0x{(uint)result:x8} was thrown",
        _ => null,
    };
}

/// <summary>Names Windows error numbers of any kind.</summary>
public static class WindowsError
{
    /// <summary>A system error, an NTSTATUS, a facility and its error, or "unknown 0x…".</summary>
    public static string Describe(uint code)
    {
        if ((NameTable.WinError.Find(code) ?? NameTable.NtStatus.Find(code)) is { } name)
            return name;

        var hasSeverity = code >> 28 != 0;
        if (hasSeverity && NameTable.Windows.Find("facility", code >> 16 & 0xfff) is { } facility
            && NameTable.WinError.Find(code & 0xffff) is { } error)
        {
            return $"{facility} / {error}";
        }

        return $"unknown 0x{code:x8}";
    }
}
