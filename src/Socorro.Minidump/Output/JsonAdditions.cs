using System.Globalization;
using System.Text.Json;
using Socorro.Minidumps.Instructions;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Microdumps;
using Socorro.Minidumps.Reasons;

namespace Socorro.Minidumps.Output;

/// <summary>Writes the members of a report that minidump-stackwalk's does not have. Each is there only if there is something to say.</summary>
sealed class JsonAdditions(ProcessState state, Utf8JsonWriter json, AddressText addresses)
{
    /// <summary>How many mappings Linux allows a process unless told otherwise (vm.max_map_count).</summary>
    public const int MostMappings = 65_530;

    readonly Minidump _dump = state.Dump;

    public static bool IsNearLimit(int mappings) => mappings >= MostMappings - MostMappings / 20;

    public void WriteException()
    {
        if (_dump.Exception is not { } exception)
            return;

        json.WriteStartObject("exception");
        json.WriteString("address", addresses.Format(exception.Address));
        json.WriteString("code", Hex(exception.Code));
        json.WriteString("flags", Hex(exception.Flags));
        WriteNested();
        WriteParameters(exception.Parameters);
        json.WriteNumber("thread_id", exception.ThreadId);
        if (ThrownObject.Read(_dump) is { } thrown)
        {
            json.WriteStartArray("thrown_types");
            foreach (var type in thrown.Types)
                json.WriteStringValue(type);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>The instructions around the one that crashed.</summary>
    public void WriteListing()
    {
        if (InstructionListing.Around(state) is not { Count: > 0 } listing)
            return;

        json.WriteObjects("instruction_listing", listing, line =>
        {
            json.WriteString("address", addresses.Format(line.Address));
            json.WriteString("bytes", Convert.ToHexStringLower(line.Bytes.Span));
            if (line.IsCurrent)
                json.WriteBoolean("current", true);
            json.WriteString("text", line.Text);
        });
    }

    public void WriteGpu()
    {
        if (_dump.Microdump?.Gpu is not { } gpu)
            return;

        json.WriteStartObject("gpu");
        json.WriteString("renderer", gpu.Renderer);
        json.WriteString("vendor", gpu.Vendor);
        json.WriteString("version", gpu.Version);
        json.WriteEndObject();
    }

    public void WriteMemoryRegions()
    {
        var captured = _dump.Memory.Regions;
        var bytes = 0L;
        foreach (var region in captured)
            bytes += region.Bytes.Length;

        json.WriteStartObject("memory_regions");
        json.WriteStartObject("captured");
        json.WriteNumber("bytes", bytes);
        json.WriteNumber("count", captured.Length);
        json.WriteEndObject();
        if (_dump.AddressSpace.IsKnown)
            WriteMapped(_dump.AddressSpace.Ranges);
        json.WriteEndObject();
    }

    public void WriteMicrodump()
    {
        if (_dump.Microdump is not { } microdump)
            return;

        json.WriteStartObject("microdump");
        if (microdump.FreeSpace is { } free)
            WriteFreeSpace(free);
        json.WriteString("process_type", microdump.ProcessType);
        json.WriteString("product", microdump.Product);
        json.WriteString("version", microdump.ProductVersion);
        json.WriteEndObject();
    }

    public void WriteMiscInfo()
    {
        if (_dump.MiscInfo is not { } misc)
            return;

        json.WriteStartObject("misc_info");
        WriteText("build", misc.BuildString);
        WriteNumber("current_mhz", misc.Power?.CurrentMhz);
        WriteText("debug_build", misc.DebugBuildString);
        WriteNumber("execute_flags", misc.ExecuteFlags);
        WriteNumber("flags", misc.Flags);
        WriteNumber("integrity_level", misc.IntegrityLevel);
        WriteNumber("max_mhz", misc.Power?.MaxMhz);
        WriteNumber("protected_process", misc.ProtectedProcess);
        if (misc.TimeZone is { } zone)
        {
            json.WriteNumber("utc_bias_minutes", zone.Bias);
            WriteText("zone", zone.StandardName);
        }

        json.WriteEndObject();
    }

    public void WriteProcessMemory()
    {
        if (_dump.ProcessMemory is not { } memory)
            return;

        json.WriteStartObject("process_memory");
        json.WriteNumber("page_faults", memory.PageFaults);
        json.WriteNumber("pagefile_bytes", memory.PagefileUsage);
        json.WriteNumber("peak_pagefile_bytes", memory.PeakPagefileUsage);
        if (memory.PeakVirtualSize is { } peak)
            json.WriteNumber("peak_virtual_bytes", peak);
        json.WriteNumber("peak_working_set_bytes", memory.PeakWorkingSet);
        json.WriteNumber("private_bytes", memory.PrivateUsage);
        if (memory.VirtualSize is { } size)
            json.WriteNumber("virtual_bytes", size);
        json.WriteNumber("working_set_bytes", memory.WorkingSet);
        json.WriteEndObject();
    }

    /// <summary>What Linux says of the process: how much memory it used, and who was watching it.</summary>
    public void WriteProcessStatus()
    {
        var status = _dump.LinuxStatus;
        if (status.Values.Count == 0)
            return;

        json.WriteStartObject("process_status");
        WriteKibibytes("peak_virtual_bytes", status.FindNumber("VmPeak"));
        WriteKibibytes("resident_bytes", status.FindNumber("VmRSS"));
        WriteNumber("seccomp", status.FindNumber("Seccomp"));
        WriteText("signals_queued", status.Find("SigQ"));
        WriteNumber("threads", status.FindNumber("Threads"));
        WriteNumber("tracer_pid", status.FindNumber("TracerPid"));
        json.WriteEndObject();
    }

    public void WriteProcessTimes()
    {
        if (_dump.MiscInfo is not { ProcessCreateTime: { } created } misc)
            return;

        json.WriteStartObject("process_times");
        json.WriteNumber("created", created);
        WriteNumber("kernel_seconds", misc.ProcessKernelTime);
        WriteNumber("user_seconds", misc.ProcessUserTime);
        json.WriteEndObject();
    }

    public void WriteSystemMemory()
    {
        if (_dump.SystemMemory is not { } memory)
            return;

        json.WriteStartObject("system_memory");
        json.WriteNumber("available_pages", memory.AvailablePages);
        json.WriteNumber("commit_limit_pages", memory.CommitLimit);
        json.WriteNumber("committed_pages", memory.Committed);
        json.WriteNumber("page_size", memory.PageSize);
        json.WriteNumber("peak_committed_pages", memory.PeakCommitment);
        json.WriteNumber("physical_pages", memory.PhysicalPages);
        json.WriteEndObject();
    }

    void WriteNested()
    {
        if (NestedRecord.ReadAll(_dump) is not { Count: > 0 } chain)
            return;

        json.WriteObjects("nested", chain, record =>
        {
            json.WriteString("address", addresses.Format(record.Address));
            json.WriteString("code", Hex(record.Code));
            json.WriteString("flags", Hex(record.Flags));
            WriteParameters(record.Parameters);
            json.WriteString("type", record.Describe(_dump.Os, _dump.Cpu));
        });
    }

    void WriteParameters(IReadOnlyList<ulong> parameters)
    {
        json.WriteStartArray("parameters");
        foreach (var parameter in parameters)
            json.WriteStringValue(addresses.Format(parameter));
        json.WriteEndArray();
    }

    void WriteMapped(IReadOnlyList<AddressRange> ranges)
    {
        ulong bytes = 0, executable = 0, inaccessible = 0, writable = 0;
        foreach (var range in ranges)
        {
            bytes += range.Length;
            executable += range.Allows(Permissions.Execute) ? range.Length : 0;
            inaccessible += range.IsInaccessible ? range.Length : 0;
            writable += range.Allows(Permissions.Write) ? range.Length : 0;
        }

        json.WriteStartObject("mapped");
        json.WriteNumber("bytes", bytes);
        json.WriteNumber("count", ranges.Count);
        json.WriteNumber("executable_bytes", executable);
        json.WriteNumber("inaccessible_bytes", inaccessible);
        if (IsNearLimit(_dump.LinuxMaps.Count))
            json.WriteBoolean("is_near_limit", true);
        json.WriteNumber("writable_bytes", writable);
        json.WriteEndObject();
    }

    void WriteFreeSpace(FreeAddressSpace free)
    {
        json.WriteStartObject("free_address_space");
        json.WriteNumber("count", free.Count);
        json.WriteString("highest", addresses.Format(free.Highest));
        json.WriteNumber("largest", free.Largest);
        json.WriteString("lowest", addresses.Format(free.Lowest));
        json.WriteNumber("total", free.Total);
        json.WriteEndObject();
    }

    void WriteKibibytes(string name, ulong? number) => WriteNumber(name, number * 1024);

    void WriteNumber(string name, ulong? number)
    {
        if (number is { } value)
            json.WriteNumber(name, value);
    }

    void WriteText(string name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
            json.WriteString(name, text);
    }

    static string Hex(uint value) => "0x" + value.ToString("x8", CultureInfo.InvariantCulture);
}
