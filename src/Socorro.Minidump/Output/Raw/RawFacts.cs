using System.Globalization;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Format;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Output.Raw;

/// <summary>The streams that are one structure, or text.</summary>
sealed class RawFacts(Minidump dump, RawWriter writer)
{
    const string Invalid = "(invalid)";

    readonly DumpFile _file = dump.File;
    readonly RawOutput _output = writer.Output;

    /// <summary>False for streams that are none of these.</summary>
    public bool TryWrite(StreamType type)
    {
        switch (type)
        {
            case StreamType.ExceptionStream:
                WriteException(type);
                return true;
            case StreamType.SystemInfoStream:
                WriteSystemInfo(type);
                return true;
            case StreamType.MiscInfoStream:
                WriteMiscInfo(type);
                return true;
            case StreamType.SystemMemoryInfoStream:
                return TryWriteWhole(type, "MINIDUMP_SYSTEM_MEMORY_INFO");
            case StreamType.ProcessVmCountersStream:
                return TryWriteWhole(type, "MINIDUMP_PROCESS_VM_COUNTERS");
            case StreamType.BreakpadInfoStream:
                return TryWriteWhole(type, "MDRawBreakpadInfo");
            case StreamType.AssertionInfoStream when dump.Assertion is { } assertion:
                Write("MDRawAssertionInfo", ("expression", assertion.Expression), ("function", assertion.Function), ("file", assertion.File), ("line", Show(assertion.Line)), ("type", Show(assertion.Type)));
                return true;
            case StreamType.CommentStreamA or StreamType.CommentStreamW when dump.Comment is { } comment:
                Write(type.ToString(), ("comment", comment));
                return true;
            case StreamType.CrashpadInfoStream when dump.CrashpadInfo is { } crashpad:
                WriteCrashpad(crashpad);
                return true;
            case StreamType.ChromiumStabilityReport:
                _output.Begin("", "StabilityReport");
                if (_file.TryFindStream(type, 0, out Fields report))
                    new StabilityReport(_output, _file.Limits.MaxListEntries).Write(report.Bytes);
                return true;
            case StreamType.MozMacosCrashInfoStream:
                WriteMacCrashInfo(type);
                return true;
            case StreamType.MozMacosBootargsStream:
                Write("MDRawMacBootargs", ("bootargs", dump.MacBootArguments ?? Invalid));
                return true;
            case StreamType.LinuxAuxv:
                WriteAuxiliaryVector(type);
                return true;
            case StreamType.LinuxDsoDebug:
                WriteLinkMaps();
                return true;
            case StreamType.LinuxCmdLine or StreamType.LinuxEnviron:
                writer.Text(type, '\0');
                return true;
            case StreamType.LinuxCpuInfo or StreamType.LinuxProcStatus or StreamType.LinuxLsbRelease or StreamType.LinuxMaps
                or StreamType.MozLinuxLimits or StreamType.MozSoftErrors:
                writer.Text(type, '\n');
                return true;
            default:
                return false;
        }
    }

    public void WriteMicrodump()
    {
        var facts = dump.Microdump!; // the caller has looked
        Write(
            "Microdump",
            ("product", facts.Product ?? ""),
            ("version", facts.ProductVersion ?? ""),
            ("process_type", facts.ProcessType ?? ""),
            ("process_id", Show(facts.ProcessId)),
            ("signal", facts.Signal ?? ""),
            ("os", dump.SystemInfo?.OsName ?? ""),
            ("os_version", dump.SystemInfo?.OsVersion ?? ""),
            ("gpu", facts.Gpu is { } gpu ? $"{gpu.Version}|{gpu.Vendor}|{gpu.Renderer}" : ""));
        foreach (var thread in dump.Threads)
            writer.WriteContext(thread.ContextLocation);
        foreach (var region in dump.Memory.Regions)
        {
            _output.Begin("", "Stack");
            writer.Bytes(region.Bytes.Span, region.Address);
        }

        for (var i = 0; i < dump.Modules.Count; i++)
        {
            var module = dump.Modules[i];
            _output.Begin($"module[{i}]", "Mapping");
            _output.Field("base", HumanText.Hex(module.Base));
            _output.Field("size", HumanText.Hex(module.Size));
            _output.Field("debug_identifier", module.DebugId ?? "");
            _output.Field("file", module.Name);
        }
    }

    bool TryWriteWhole(StreamType type, string structure)
    {
        if (_file.TryFindStream(type, 0, out Fields stream))
            writer.Begin("", structure, stream);
        return true;
    }

    void Write(string structure, params ReadOnlySpan<(string Name, string Value)> fields)
    {
        _output.Begin("", structure);
        foreach (var (name, value) in fields)
            _output.Field(name, value);
    }

    void WriteException(StreamType type)
    {
        if (dump.Exception is not { } exception || !_file.TryFindStream(type, 0, out Fields stream))
            return;

        writer.Begin("", "MINIDUMP_EXCEPTION", stream);
        for (var i = 0; i < exception.Parameters.Count; i++)
            _output.Field($"exception_record.exception_information[{i,2}]", HumanText.Hex(exception.Parameters[i]));
        writer.Write("MINIDUMP_EXCEPTION_CONTEXT", stream);
        if (exception.ContextLocation.Size == 0)
            _output.Line("  (no context)");
        else
            writer.WriteContext(exception.ContextLocation);
    }

    void WriteSystemInfo(StreamType type)
    {
        if (dump.SystemInfo is not { } system || !_file.TryFindStream(type, 0, out Fields stream))
            return;

        writer.Begin("", "MINIDUMP_SYSTEM_INFO", stream);
        _output.Field("(version)", $"{system.MajorVersion}.{system.MinorVersion}.{system.BuildNumber} {system.ServicePack}");
        _output.Field("(cpu_info)", system.CpuDescription ?? "");
    }

    void WriteMiscInfo(StreamType type)
    {
        if (dump.MiscInfo is not { } misc || !_file.TryFindStream(type, 4, out Fields stream))
            return;

        Write(
            "MINIDUMP_MISC_INFO",
            ("size_of_info", HumanText.Number(stream.UInt32(0))),
            ("flags1", misc.Flags.ToString("x", CultureInfo.InvariantCulture)),
            ("process_id", Show(misc.ProcessId)),
            ("process_create_time", misc.ProcessCreateTime is { } time ? $"{HumanText.Hex(time)} {StructureLayout.Time(time)}" : Invalid),
            ("process_user_time", Show(misc.ProcessUserTime)),
            ("process_kernel_time", Show(misc.ProcessKernelTime)),
            ("processor_max_mhz", Show(misc.Power?.MaxMhz)),
            ("processor_current_mhz", Show(misc.Power?.CurrentMhz)),
            ("processor_mhz_limit", Show(misc.Power?.MhzLimit)),
            ("processor_max_idle_state", Show(misc.Power?.MaxIdleState)),
            ("processor_current_idle_state", Show(misc.Power?.CurrentIdleState)),
            ("process_integrity_level", Show(misc.IntegrityLevel)),
            ("process_execute_flags", misc.ExecuteFlags?.ToString("x", CultureInfo.InvariantCulture) ?? Invalid),
            ("protected_process", Show(misc.ProtectedProcess)),
            ("time_zone_id", Show(misc.TimeZone?.Id)));
        if (misc.TimeZone is { } zone)
        {
            _output.Field("time_zone.bias", zone.Bias.ToString(CultureInfo.InvariantCulture));
            _output.Field("time_zone.standard_name", zone.StandardName);
            _output.Field("time_zone.standard_bias", zone.StandardBias.ToString(CultureInfo.InvariantCulture));
            _output.Field("time_zone.daylight_name", zone.DaylightName);
            _output.Field("time_zone.daylight_bias", zone.DaylightBias.ToString(CultureInfo.InvariantCulture));
        }

        _output.Field("build_string", misc.BuildString ?? Invalid);
        _output.Field("dbg_bld_str", misc.DebugBuildString ?? Invalid);
        _output.Field("process_cookie", Show(misc.ProcessCookie));
        WriteExtendedState(misc.ExtendedState);
    }

    void WriteExtendedState(ExtendedStateLayout? layout)
    {
        for (var i = 0; layout is not null && i < layout.Features.Count; i++)
        {
            var (offset, size) = layout.Features[i];
            if ((layout.EnabledFeatures >> i & 1) != 0)
                _output.Field($"xstate_data.feature[{i,2}]", $"offset {offset}, size {size}");
        }
    }

    void WriteCrashpad(CrashpadInfo crashpad)
    {
        Write(
            "MDRawCrashpadInfo",
            ("version", Show(crashpad.Version)),
            ("report_id", crashpad.ReportId.ToString()),
            ("client_id", crashpad.ClientId.ToString()));
        foreach (var (name, value) in crashpad.SimpleAnnotations)
            _output.Field($"simple_annotations[\"{name}\"]", value);
        for (var i = 0; i < crashpad.Modules.Count; i++)
            WriteCrashpadModule($"module_list[{i}]", crashpad.Modules[i]);
        if (crashpad.AddressMask != 0)
            _output.Field("address_mask", HumanText.Hex(crashpad.AddressMask));
    }

    void WriteCrashpadModule(string place, CrashpadModule module)
    {
        _output.Field($"{place}.minidump_module_list_index", Show(module.ModuleIndex));
        _output.Field($"{place}.version", Show(module.Version));
        for (var i = 0; i < module.ListAnnotations.Count; i++)
            _output.Field($"{place}.list_annotations[{i}]", module.ListAnnotations[i]);
        foreach (var (name, value) in module.SimpleAnnotations)
            _output.Field($"{place}.simple_annotations[\"{name}\"]", value);
        foreach (var annotation in module.Objects)
        {
            _output.Field($"{place}.annotation_objects[\"{annotation.Name}\"]", annotation switch
            {
                { Text: { } text } => text,
                { Type: 0 } => "<invalid>",
                { Type: >= 0x8000 } => "<user defined>",
                _ => $"<type {annotation.Type}>",
            });
        }
    }

    void WriteMacCrashInfo(StreamType type)
    {
        if (_file.TryFindStream(type, 12, out Fields stream))
            writer.Begin("", "MDRawMacCrashInfo", stream);
        for (var i = 0; i < dump.MacCrashInfo.Count; i++)
        {
            var record = dump.MacCrashInfo[i];
            _output.Begin($"record[{i}]", "MDRawMacCrashInfoRecord");
            _output.Field("version", HumanText.Number(record.Version));
            _output.Field("thread", record.Thread is { } thread ? HumanText.Hex(thread) : Invalid);
            _output.Field("dialog_mode", record.DialogMode is { } mode ? HumanText.Hex(mode) : Invalid);
            _output.Field("abort_cause", record.AbortCause is { } cause ? HumanText.Hex(cause) : Invalid);
            _output.Field("module_path", record.ModulePath ?? "");
            _output.Field("message", record.Message ?? "");
            _output.Field("signature_string", record.SignatureString ?? "");
            _output.Field("backtrace", record.Backtrace ?? "");
            _output.Field("message2", record.Message2 ?? "");
        }
    }

    void WriteAuxiliaryVector(StreamType type)
    {
        var width = CpuTraits.Find(dump.Cpu)?.PointerSize ?? 8;
        if (!_file.TryFindStream(type, 0, out Fields stream))
            return;

        _output.Begin("", "Stream LinuxAuxv:");
        for (var at = 0; stream.Has(at, 2 * width) && at < 2 * width * _file.Limits.MaxListEntries; at += 2 * width)
        {
            var (key, value) = width == 8 ? (stream.UInt64(at), stream.UInt64(at + 8)) : (stream.UInt32(at), stream.UInt32(at + 4));
            _output.Field($"[{key}]", HumanText.Hex(value));
        }
    }

    void WriteLinkMaps()
    {
        _output.Begin("", "Stream LinuxDsoDebug:");
        foreach (var map in dump.LinuxLinkMaps)
            _output.Line($"  {HumanText.Hex(map.LoadAddress)} {map.Name}");
    }

    static string Show(uint? number) => number?.ToString(CultureInfo.InvariantCulture) ?? Invalid;
}
