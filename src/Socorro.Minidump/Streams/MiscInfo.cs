using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>
/// Facts about the process. Each is null unless the writer set its flag and the stream is long enough to hold it: the
/// format grew through five versions.
/// </summary>
public sealed record MiscInfo
{
    /// <summary>MINIDUMP_MISC flags: which fields the writer filled.</summary>
    public required uint Flags { get; init; }

    /// <summary>The process.</summary>
    public uint? ProcessId { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public uint? ProcessCreateTime { get; init; }

    /// <summary>Seconds spent in the program.</summary>
    public uint? ProcessUserTime { get; init; }

    /// <summary>Seconds spent in the system.</summary>
    public uint? ProcessKernelTime { get; init; }

    /// <summary>Clock rates of the processor.</summary>
    public ProcessorPower? Power { get; init; }

    /// <summary>The process's mandatory integrity level, 0x1000 for low to 0x4000 for system.</summary>
    public uint? IntegrityLevel { get; init; }

    /// <summary>How data execution prevention was set for the process (PROCESS_EXECUTE flags).</summary>
    public uint? ExecuteFlags { get; init; }

    /// <summary>1 for a protected process.</summary>
    public uint? ProtectedProcess { get; init; }

    /// <summary>The machine's time zone.</summary>
    public TimeZoneRecord? TimeZone { get; init; }

    /// <summary>Such as "19041.1.amd64fre.vb_release.191206-1406".</summary>
    public string? BuildString { get; init; }

    /// <summary>The debugger library that wrote the dump.</summary>
    public string? DebugBuildString { get; init; }

    /// <summary>Where the extended processor state stands behind a context.</summary>
    public ExtendedStateLayout? ExtendedState { get; init; }

    /// <summary>The value that Windows scrambles the process's pointers with.</summary>
    public uint? ProcessCookie { get; init; }

    internal static MiscInfo? Read(DumpFile file)
    {
        const int smallest = 24;
        if (!file.TryFindStream(StreamType.MiscInfoStream, smallest, out Fields stream))
            return null;

        var flags = stream.UInt32(4);
        var misc = new MiscInfo
        {
            Flags = flags,
            ProcessId = Find(stream, 8, flags, 1),
            ProcessCreateTime = Find(stream, 12, flags, 2),
            ProcessUserTime = Find(stream, 16, flags, 2),
            ProcessKernelTime = Find(stream, 20, flags, 2),
            Power = ProcessorPower.Read(stream, flags),
            IntegrityLevel = Find(stream, 44, flags, 0x10),
            ExecuteFlags = Find(stream, 48, flags, 0x20),
            ProtectedProcess = Find(stream, 52, flags, 0x80),
            TimeZone = TimeZoneRecord.Read(file, stream, flags),
            BuildString = FindText(file, stream, 232, 260, flags, 0x100),
            DebugBuildString = FindText(file, stream, 752, 40, flags, 0x100),
            ExtendedState = ExtendedStateLayout.Read(stream),
            ProcessCookie = Find(stream, 1360, flags, 0x200),
        };
        return misc;
    }

    static uint? Find(Fields stream, int offset, uint flags, uint flag) =>
        (flags & flag) != 0 && stream.Has(offset, 4) ? stream.UInt32(offset) : null;

    static string? FindText(DumpFile file, Fields stream, int offset, int units, uint flags, uint flag) =>
        (flags & flag) != 0 && stream.Has(offset, 2 * units) ? file.ReadFixedUtf16(stream, offset, units) : null;
}

/// <summary>Clock rates in MHz and idle states of the processor.</summary>
public sealed record ProcessorPower(
    uint MaxMhz, uint CurrentMhz, uint MhzLimit, uint MaxIdleState, uint CurrentIdleState)
{
    internal static ProcessorPower? Read(Fields misc, uint flags) =>
        (flags & 4) != 0 && misc.Has(24, 20)
            ? new(misc.UInt32(24), misc.UInt32(28), misc.UInt32(32), misc.UInt32(36), misc.UInt32(40))
            : null;
}

/// <summary>The time zone of the machine.</summary>
/// <param name="Id">0 no daylight saving, 1 standard time, 2 daylight time was in force.</param>
/// <param name="Bias">Minutes from local time to UTC.</param>
public sealed record TimeZoneRecord(
    uint Id, int Bias, string StandardName, int StandardBias, string DaylightName, int DaylightBias)
{
    internal static TimeZoneRecord? Read(DumpFile file, Fields misc, uint flags)
    {
        const int zone = 60;
        const int nameUnits = 32;
        if ((flags & 0x40) == 0 || !misc.Has(zone, 172))
            return null;

        return new(
            misc.UInt32(56),
            (int)misc.UInt32(zone),
            file.ReadFixedUtf16(misc, zone + 4, nameUnits),
            (int)misc.UInt32(zone + 84),
            file.ReadFixedUtf16(misc, zone + 88, nameUnits),
            (int)misc.UInt32(zone + 168));
    }
}
