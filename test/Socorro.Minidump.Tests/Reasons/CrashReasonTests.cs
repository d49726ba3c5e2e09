using System.Globalization;
using System.Text.Json;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Reasons;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Tests.Reasons;

public sealed class CrashReasonTests
{
    [Theory]
    [InlineData("windows-nt", 3)]
    [InlineData("mac-os-x", 0x8101)]
    [InlineData("linux", 0x8201)]
    [InlineData("android", 0x8203)]
    [InlineData("solaris", 0x8202)]
    [InlineData("ps3", 0x8204)]
    [InlineData("nacl", 0x8205)]
    [InlineData("0x0x000007", 7)]
    public void Says_what_the_tools_of_the_field_say(string file, uint platform)
    {
        using var cases = JsonDocument.Parse(
            File.ReadAllBytes(SharedData.Path("cases", "stackwalk", "reasons", $"{file}.json")));
        var os = OsKinds.FromPlatformId(platform);
        var differences = new List<string>();
        foreach (var row in cases.RootElement.GetProperty("rows").EnumerateArray())
        {
            var exception = ReadException(row);
            var cpu = Enum.Parse<CpuKind>(row[0].GetString()!, true);
            var reason = CrashReason.Explain(exception, os, cpu);
            var expected = Deviation(exception, os) ?? row[6].GetString()!;
            if (reason.Text != expected || reason.RawAddress != Hex(row[7]))
                differences.Add($"{row} gave {reason.Text} at 0x{reason.RawAddress:x} instead of {expected}");
        }

        Assert.Empty(differences);
    }

    // Where we say more, or the truth, and why.
    static string? Deviation(ExceptionRecord exception, OsKind os)
    {
        var (code, flags) = (exception.Code, exception.Flags);
        if (os is OsKind.Linux or OsKind.Android)
        {
            // si_codes of newer kernels
            return (code, flags) switch
            {
                (11, 5) => "SIGSEGV / SEGV_ACCADI",
                (11, 6) => "SIGSEGV / SEGV_ADIDERR",
                (11, 7) => "SIGSEGV / SEGV_ADIPERR",
                (11, 8) => "SIGSEGV / SEGV_MTEAERR",
                (11, 9) => "SIGSEGV / SEGV_MTESERR",
                (11, 10) => "SIGSEGV / SEGV_CPERR",
                _ => null,
            };
        }

        if (os != OsKind.MacOs)
            return null;

        var (first, second) = exception.Parameters is [_, var a, var b] ? (a, b) : (0, 0);
        return (code, flags >> 29) switch
        {
            (10, _) => $"EXC_CRASH / 0x{flags:x8}", // both names are missing in the table of the others
            (13, _) => $"EXC_CORPSE_NOTIFY / 0x{flags:x8}",
            (11, 1) => CpuResource(first, second),
            (11, 4) => IoResource(first, second),
            (11, 6) when (first >> 58 & 7) == 1 => // a newer type
                $"EXC_RESOURCE / RESOURCE_TYPE_PORTS / FLAVOR_PORTS_SPACE_FULL ports allocated: {first & 0xffffff}",
            (11, 6) => $"EXC_RESOURCE / RESOURCE_TYPE_PORTS / 0x{first:x16} / 0x{second:x16}",
            (12, 3) => // a blank is missing
                $"EXC_GUARD / GUARD_TYPE_USER / namespace: {(uint)first} guard identifier: {second}",
            _ => null,
        };
    }

    // The percentages have seven bits, of which three are read.
    static string? CpuResource(ulong code, ulong subcode) => (code >> 58 & 7) switch
    {
        1 => $"EXC_RESOURCE / RESOURCE_TYPE_CPU / FLAVOR_CPU_MONITOR interval: {code >> 7 & 0x1ffffff}s "
            + $"CPU limit: {code & 0x7f}% CPU consumed: {subcode & 0x7f}%",
        2 => $"EXC_RESOURCE / RESOURCE_TYPE_CPU / FLAVOR_CPU_MONITOR_FATAL interval: {code >> 7 & 0x1ffffff}s "
            + $"CPU limit: {code & 0x7f}% CPU consumed: {subcode & 0x7f}%",
        _ => null,
    };

    // These are MiB, not percent.
    static string? IoResource(ulong code, ulong subcode)
    {
        var flavor = (code >> 58 & 7) switch { 1 => "PHYSICAL", 2 => "LOGICAL", _ => null };
        return flavor is null
            ? null
            : $"EXC_RESOURCE / RESOURCE_TYPE_IO / FLAVOR_IO_{flavor}_WRITES interval: {code >> 15 & 0x1ffff}s "
                + $"I/O limit: {code & 0x7fff}MiB I/O observed: {subcode & 0x7fff}MiB";
    }

    [Theory]
    [InlineData(6, 0xfffffffa, 0x3e800001234UL, OsKind.Linux, CpuKind.Amd64, 0x1234u, 1000u)]
    [InlineData(11, 0xfffffffa, 0x57b9UL, OsKind.Linux, CpuKind.Amd64, 0x57b9u, 0u)]
    [InlineData(6, 0xfffffffa, 0x57c3UL, OsKind.Android, CpuKind.X86, 0x57c3u, null)]
    [InlineData(6, 0, 0x3e8000039beUL, OsKind.Linux, CpuKind.Amd64, 0x39beu, 1000u)]
    public void Names_who_sent_a_signal_instead_of_an_address(
        uint signal, uint code, ulong address, OsKind os, CpuKind cpu, uint process, uint? user)
    {
        var reason = CrashReason.Explain(Exception(signal, code, address), os, cpu);

        Assert.Null(reason.Address);
        Assert.Equal(new SignalSender(process, user), reason.Sender);
        Assert.Equal(address, reason.RawAddress);
    }

    [Fact]
    public void Does_not_take_the_address_of_a_fault_for_a_sender_where_the_writer_saved_no_code()
    {
        var reason = CrashReason.Explain(Exception(11, 0, 0x616500), OsKind.Linux, CpuKind.Amd64, 77);

        Assert.Equal(0x616500UL, reason.Address);
        Assert.Null(reason.Sender);
    }

    [Fact]
    public void Takes_the_process_itself_for_the_sender_of_a_fault()
    {
        var reason = CrashReason.Explain(Exception(11, 0, 77), OsKind.Linux, CpuKind.Amd64, 77);

        Assert.Equal(new SignalSender(77, 0), reason.Sender);
    }

    [Fact]
    public void Finds_the_sender_in_the_parameters_that_Crashpad_writes()
    {
        var reason = CrashReason.Explain(Exception(6, 0xfffffffa, 0, 77, 1000, 0), OsKind.Linux, CpuKind.Amd64);

        Assert.Equal(new SignalSender(77, 1000), reason.Sender);
    }

    [Fact]
    public void Tells_which_system_call_was_not_allowed()
    {
        var reason = CrashReason.Explain(Exception(31, 1, 0x7f00, 41, 0xc000003e), OsKind.Linux, CpuKind.Amd64);

        Assert.Equal("SIGSYS / SYS_SECCOMP", reason.Text);
        Assert.Equal("system call 41 of architecture 0xc000003e is not allowed", reason.Detail);
    }

    [Theory]
    [InlineData(OsKind.Windows, 0x0517a7ed)]
    [InlineData(OsKind.MacOs, 0x43507378)]
    [InlineData(OsKind.Linux, 0xffffffff)]
    public void Knows_a_dump_that_was_only_asked_for(OsKind os, uint code) =>
        Assert.True(CrashReason.Explain(Exception(code, 0, 0), os, CpuKind.Amd64).IsSimulated);

    [Fact]
    public void Tells_how_much_memory_was_not_to_be_had()
    {
        var reason = CrashReason.Explain(Exception(0xe0000008, 0, 0, 1 << 30), OsKind.Windows, CpuKind.Amd64);

        Assert.Equal("an allocation of 1073741824 bytes failed", reason.Detail);
    }

    [Fact]
    public void Names_the_signal_of_a_crash_that_the_Mac_reports_last()
    {
        var reason = CrashReason.Explain(Exception(10, 0x06000000, 0), OsKind.MacOs, CpuKind.Amd64);

        Assert.Equal("EXC_CRASH / SIGABRT", reason.Text);
    }

    internal static ExceptionRecord Exception(uint code, uint flags, ulong address, params ulong[] parameters) => new()
    {
        ThreadId = 1,
        Code = code,
        Flags = flags,
        ChainedRecord = 0,
        Address = address,
        Parameters = parameters,
        Context = null,
        ContextLocation = default,
    };

    static ExceptionRecord ReadException(JsonElement row)
    {
        var parameters = row[4].EnumerateArray().Select(Hex).Take(row[3].GetInt32());
        return Exception((uint)Hex(row[1]), (uint)Hex(row[2]), Hex(row[5]), [.. parameters]);
    }

    static ulong Hex(JsonElement element) =>
        ulong.Parse(element.GetString()!.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
