using System.Text;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>The operating system and processor that the process ran on.</summary>
public sealed record SystemInfo
{
    /// <summary>PROCESSOR_ARCHITECTURE, with the values that Breakpad adds from 0x8000.</summary>
    public required ushort ProcessorArchitecture { get; init; }

    /// <summary>x86: the family; ARM: the architecture's version.</summary>
    public required ushort ProcessorLevel { get; init; }

    /// <summary>x86: model and stepping.</summary>
    public required ushort ProcessorRevision { get; init; }

    /// <summary>Logical processors.</summary>
    public required byte ProcessorCount { get; init; }

    /// <summary>Windows: 1 workstation, 2 domain controller, 3 server.</summary>
    public required byte ProductType { get; init; }

    /// <summary>Of the system.</summary>
    public required uint MajorVersion { get; init; }

    /// <summary>Of the system.</summary>
    public required uint MinorVersion { get; init; }

    /// <summary>Of the system.</summary>
    public required uint BuildNumber { get; init; }

    /// <summary>VER_PLATFORM, with the values that Breakpad adds from 0x8000.</summary>
    public required uint PlatformId { get; init; }

    /// <summary>Windows: VER_SUITE flags.</summary>
    public required ushort SuiteMask { get; init; }

    /// <summary>
    /// The service pack on Windows, the <c>uname</c> text on Linux, the build on macOS; empty when there is none.
    /// </summary>
    public required string ServicePack { get; init; }

    /// <summary>
    /// What the processor told of itself (CPUID, or MIDR and hwcap), 24 bytes that depend on its kind.
    /// </summary>
    public required ProcessorIdentity Identity { get; init; }

    /// <summary>The processor; unknown for a number that no writer uses.</summary>
    public CpuKind Cpu => ProcessorArchitecture switch
    {
        0 or 10 => CpuKind.X86,
        1 => CpuKind.Mips,
        3 => CpuKind.Ppc,
        5 => CpuKind.Arm,
        9 => CpuKind.Amd64,
        12 or 0x8003 => CpuKind.Arm64,
        0x8001 => CpuKind.Sparc,
        0x8002 => CpuKind.Ppc64,
        0x8004 => CpuKind.Mips64,
        0x8005 => CpuKind.RiscV,
        0x8006 => CpuKind.RiscV64,
        _ => CpuKind.Unknown,
    };

    /// <summary>The version in the writer's own words, in place of all numbers; only microdumps have it.</summary>
    public string? VersionText { get; init; }

    /// <summary>What the kernel calls the machine, such as "armv8l"; only microdumps say it.</summary>
    public string? Machine { get; init; }

    /// <summary>The system; unknown for a number that no writer uses.</summary>
    public OsKind Os => OsKinds.FromPlatformId(PlatformId);

    /// <summary>The operating system's name as reports give it: "Windows NT", "Mac OS X"…, or its number.</summary>
    public string OsName => OsKinds.NameOf(Os) ?? $"0x{PlatformId:x8}";

    /// <summary>Version and build, such as "10.0.19045 2006" or "6.1.0-18-amd64 #1 SMP Debian 6.1.76-1".</summary>
    public string OsVersion =>
        VersionText ?? FromUname() ?? $"{MajorVersion}.{MinorVersion}.{BuildNumber} {ServicePack}".TrimEnd();

    /// <summary>Family, model and the like in words; null for processors that do not say.</summary>
    public string? CpuDescription => Machine ?? Cpu switch
    {
        CpuKind.X86 => $"{Identity.Vendor} {FamilyModelStepping}".TrimStart(),
        CpuKind.Amd64 => FamilyModelStepping,
        CpuKind.Arm => $"ARMv{ProcessorLevel}{ArmProcessor.Describe(Identity)}",
        _ => null,
    };

    string FamilyModelStepping =>
        $"family {ProcessorLevel} model {ProcessorRevision >> 8} stepping {ProcessorRevision & 0xff}";

    internal static SystemInfo? Read(DumpFile file)
    {
        const int essential = 32;
        if (!file.TryFindStream(StreamType.SystemInfoStream, essential, out Fields stream))
            return null;

        var info = new SystemInfo
        {
            ProcessorArchitecture = stream.UInt16(0),
            ProcessorLevel = stream.UInt16(2),
            ProcessorRevision = stream.UInt16(4),
            ProcessorCount = stream.Byte(6),
            ProductType = stream.Byte(7),
            MajorVersion = stream.UInt32(8),
            MinorVersion = stream.UInt32(12),
            BuildNumber = stream.UInt32(16),
            PlatformId = stream.UInt32(20),
            ServicePack = (file.ReadUtf16(stream.UInt32(24)) ?? "").Trim(),
            SuiteMask = stream.UInt16(28),
            Identity = ProcessorIdentity.Read(stream),
        };
        if (info.Cpu == CpuKind.Unknown)
            file.Problems.Add("SystemInfoStream", $"has the unknown processor {info.ProcessorArchitecture}");
        return info;
    }

    // Breakpad on Linux leaves the numbers 0 and stores `uname -srvmo`: the system, its release, its build, the
    // machine, and perhaps "GNU/Linux". Only what is known to be a machine or a system is taken off the end.
    string? FromUname()
    {
        var words = ServicePack.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (MajorVersion != 0 || MinorVersion != 0 || BuildNumber != 0 || words.Length < 2)
            return null;
        if (Os is not (OsKind.Linux or OsKind.Android))
            return null;

        var build = words.AsSpan(2);
        while (build is [.. var rest, var last] && IsMachineOrSystem(last))
            build = rest;
        return build.IsEmpty ? words[1] : $"{words[1]} {string.Join(' ', build)}";
    }

    static bool IsMachineOrSystem(string word) =>
        word is "x86_64" or "i386" or "i486" or "i586" or "i686" or "aarch64" or "arm64" or "mips" or "mips64"
            or "ppc" or "ppc64" or "ppc64le" or "riscv32" or "riscv64" or "s390x" or "sparc64" or "loongarch64"
            or "GNU/Linux" or "Linux/GNU" or "Linux" or "Android" or "Toybox"
        || word.StartsWith("armv", StringComparison.Ordinal);
}

/// <summary>The part of <see cref="SystemInfo"/> whose meaning depends on the processor.</summary>
/// <param name="Vendor">x86: the vendor that CPUID reports, such as "GenuineIntel".</param>
/// <param name="VersionInformation">x86: EAX of CPUID leaf 1. ARM: the main id register.</param>
/// <param name="Features">x86: EDX of CPUID leaf 1. ARM: the ELF hardware capabilities.</param>
/// <param name="ExtendedFeatures">x86: EDX of CPUID leaf 0x80000001.</param>
public sealed record ProcessorIdentity(string Vendor, uint VersionInformation, uint Features, uint ExtendedFeatures)
{
    internal static ProcessorIdentity Read(Fields stream)
    {
        const int vendor = 32;
        const int end = 56;
        if (!stream.Has(0, end))
            return new("", 0, 0, 0);
        if (stream.UInt16(0) is not (0 or 10))
            return new("", stream.UInt32(vendor), stream.UInt32(vendor + 4), 0);

        var name = Encoding.Latin1.GetString(stream.Bytes.Slice(vendor, 12)).Trim('\0', ' ');
        return new(name, stream.UInt32(44), stream.UInt32(48), stream.UInt32(52));
    }
}
