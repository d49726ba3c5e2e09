using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Reasons;

/// <summary>
/// Takes apart the codes of EXC_RESOURCE and EXC_GUARD, which pack a type, a flavor and figures into 64 bits
/// (kern/exc_resource.h, kern/exc_guard.h).
/// </summary>
static class MacLimit
{
    /// <summary>Which limit was exceeded, and by how much; null for unknown types.</summary>
    public static string? DescribeResource(ExceptionRecord exception)
    {
        var (code, subcode) = Codes(exception);
        if (NameTable.Mac.Find("EXC_RESOURCE", exception.Flags >> 29) is not { } type)
            return null;

        var flavor = NameTable.Mac.Find(type, (uint)Bits(code, 58, 3));
        return flavor is null ? Raw(type, code, subcode) : $"{type} / {flavor} {Figures(type, code, subcode)}";
    }

    /// <summary>Which guarded thing was misused, and how; null for unknown types.</summary>
    public static string? DescribeGuard(ExceptionRecord exception)
    {
        var (code, subcode) = Codes(exception);
        if (NameTable.Mac.Find("EXC_GUARD", exception.Flags >> 29) is not { } type)
            return null;

        var target = (uint)code;
        if (type == "GUARD_TYPE_NONE")
            return type;
        if (type == "GUARD_TYPE_USER")
            return $"{type} / namespace: {target} guard identifier: {subcode}";
        if (NameTable.Mac.Find(type, (uint)Bits(code, 32, 29)) is not { } flavor)
            return Raw(type, code, subcode);

        return $"{type} / {flavor} " + type switch
        {
            "GUARD_TYPE_MACH_PORT" => $"port name: {target} subcode: {subcode}",
            "GUARD_TYPE_FD" => $"file descriptor: {target} guard identifier: {subcode}",
            "GUARD_TYPE_VN" => $"pid: {target} guard identifier: {subcode}",
            "GUARD_TYPE_VIRT_MEMORY" => $"offset: {subcode}",
            _ => $"mach trap: {target} subcode: {subcode}",
        };
    }

    static string Figures(string type, ulong code, ulong subcode) => type switch
    {
        "RESOURCE_TYPE_CPU" => $"interval: {Bits(code, 7, 25)}s CPU limit: {Bits(code, 0, 7)}% "
            + $"CPU consumed: {Bits(subcode, 0, 7)}%",
        "RESOURCE_TYPE_WAKEUPS" => $"interval: {Bits(code, 20, 20)}s wakeups permitted: {Bits(code, 0, 12)} "
            + $"wakeups observed: {Bits(subcode, 0, 12)}",
        "RESOURCE_TYPE_MEMORY" => $"high watermark limit: {Bits(code, 0, 13)}MiB",
        "RESOURCE_TYPE_IO" => $"interval: {Bits(code, 15, 17)}s I/O limit: {Bits(code, 0, 15)}MiB "
            + $"I/O observed: {Bits(subcode, 0, 15)}MiB",
        "RESOURCE_TYPE_THREADS" => $"high watermark limit: {Bits(code, 0, 15)}",
        _ => $"ports allocated: {Bits(code, 0, 24)}",
    };

    static (ulong Code, ulong Subcode) Codes(ExceptionRecord exception) => exception.Parameters switch
    {
        [_, var code, var subcode, ..] => (code, subcode),
        [_, var code] => (code, 0),
        _ => (0, 0),
    };

    static string Raw(string type, ulong code, ulong subcode) => $"{type} / 0x{code:x16} / 0x{subcode:x16}";

    static ulong Bits(ulong value, int shift, int count) => value >> shift & ((1UL << count) - 1);
}
