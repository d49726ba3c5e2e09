using System.Text.Json;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Reasons;
using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Output;

/// <summary>Writes one report; the members of each object stand in alphabetical order.</summary>
sealed class JsonReportWriter
{
    readonly ProcessState _state;
    readonly Minidump _dump;
    readonly Utf8JsonWriter _json;
    readonly AddressText _addresses;
    readonly JsonAdditions _additions;
    readonly JsonCrashpad _crashpad;
    readonly JsonHandles _handles;
    readonly JsonThreads _threads;
    readonly JsonOptions _options;
    readonly JsonElement? _softErrors;

    public JsonReportWriter(ProcessState state, Utf8JsonWriter json, JsonOptions options)
    {
        _options = options;
        _state = state;
        _dump = state.Dump;
        _json = json;
        _addresses = new(state.Dump);
        _additions = new(state, json, _addresses);
        _crashpad = new(state.Dump, json, _addresses);
        _handles = new(state.Dump, json, _addresses);
        _threads = new(state, json, _addresses, options);
        _softErrors = _dump.SoftErrors is { } errors ? SoftErrors.Parse(errors) : null;
    }

    public void Write()
    {
        _json.WriteStartObject();
        _crashpad.WriteAnnotations();
        if (_dump.Comment is { Length: > 0 } comment)
            _json.WriteString("comment", comment);
        WriteCrashInfo();
        _threads.WriteCrashing();
        _crashpad.WriteInfo();
        WriteDiagnostics();
        _additions.WriteException();
        _additions.WriteGpu();
        _handles.Write();
        _json.WriteNumberOrNull("linux_memory_map_count", _dump.LinuxMaps is [] ? null : (ulong)_dump.LinuxMaps.Count);
        _json.WriteObjectOrNull("lsb_release", _dump.LinuxRelease, WriteRelease);
        _json.WriteString("mac_boot_args", _dump.MacBootArguments);
        WriteMacCrashInfo();
        _json.WriteNumber("main_module", _dump.Modules.Main?.Index ?? 0);
        _additions.WriteMemoryRegions();
        _additions.WriteMicrodump();
        _additions.WriteMiscInfo();
        _json.WriteObjects("modules", _state.Modules, WriteModule);
        _json.WriteBoolean("modules_contains_cert_info", _state.Client.Certificates.Count > 0);
        _json.WriteNumberOrNull("pid", _dump.ProcessId);
        WriteLimits();
        _additions.WriteProcessMemory();
        _additions.WriteProcessStatus();
        _additions.WriteProcessTimes();
        _json.WriteNumberOrNull("process_uptime", (ulong?)_dump.Uptime?.TotalSeconds);
        _handles.WriteTokens();
        WriteSoftErrors();
        if (_dump.Microdump is not null)
            _json.WriteString("source", "microdump");
        _json.WriteString("status", _state.Status);
        WriteSystemInfo();
        _additions.WriteSystemMemory();
        _json.WriteNumber("thread_count", _state.Threads.Count);
        _threads.WriteAll();
        _json.WriteObjects("unloaded_modules", _dump.UnloadedModules, WriteUnloadedModule);
        _json.WriteEndObject();
    }

    void WriteCrashInfo()
    {
        var reason = _state.Reason;
        var analysis = new JsonAnalysis(_state.Analysis, _json, _addresses);
        _json.WriteStartObject("crash_info");
        WriteAddressOrNull("address", reason?.Address);
        analysis.WriteAdjustedAddress();
        _json.WriteString("assertion", _dump.Assertion?.ToString());
        analysis.WriteCodeFlip();
        analysis.WriteInconsistencies(hasReason: reason is not null);
        _json.WriteNumberOrNull("crashing_thread", (ulong?)_state.CrashingThread);
        if (reason?.Detail is { } detail)
            _json.WriteString("detail", detail);
        _json.WriteString("instruction", _state.Analysis?.Instruction);
        _additions.WriteListing();
        analysis.WriteUpdate();
        analysis.WriteAccesses();
        analysis.WriteRisk(_state.Risk);
        analysis.WriteBitFlips();
        WriteSender(reason);
        if (reason is { IsSimulated: true })
            _json.WriteBoolean("simulated", true);
        if (StackOverflow.IsLikely(_dump))
            _json.WriteBoolean("stack_overflow", true);
        _json.WriteString("type", reason?.Text);
        _json.WriteEndObject();
    }

    void WriteSender(CrashReason? reason)
    {
        if (reason?.Sender is not { } sender)
            return;

        _json.WriteStartObject("signal_sender");
        _json.WriteNumber("pid", sender.ProcessId);
        _json.WriteNumberOrNull("uid", sender.UserId);
        _json.WriteEndObject();
    }

    void WriteDiagnostics()
    {
        _json.WriteStartArray("diagnostics");
        foreach (var problem in _dump.Problems)
            _json.WriteStringValue(problem.ToString());
        if (_dump.SoftErrors is not null && _softErrors is null)
            _json.WriteStringValue("MozSoftErrors is no JSON that could be passed on");
        foreach (var module in _state.Modules)
        {
            foreach (var problem in module.Lookup?.Table?.Problems ?? [])
                _json.WriteStringValue($"Symbols of {module.Module.LeafName}: {problem}");
        }

        _json.WriteEndArray();
    }

    void WriteRelease(LinuxRelease release)
    {
        _json.WriteString("codename", release.Codename);
        _json.WriteString("description", release.Description);
        _json.WriteString("id", release.Id);
        _json.WriteString("release", release.Release);
    }

    void WriteMacCrashInfo()
    {
        if (_dump.MacCrashInfo is [])
        {
            _json.WriteNull("mac_crash_info");
            return;
        }

        _json.WriteStartObject("mac_crash_info");
        _json.WriteNumber("num_records", _dump.MacCrashInfo.Count);
        _json.WriteObjects("records", _dump.MacCrashInfo, record =>
        {
            WriteAddressOrNull("abort_cause", record.AbortCause);
            _json.WriteString("backtrace", record.Backtrace);
            WriteAddressOrNull("dialog_mode", record.DialogMode);
            _json.WriteString("message", record.Message);
            _json.WriteString("message2", record.Message2);
            _json.WriteString("module", record.ModulePath);
            _json.WriteString("signature_string", record.SignatureString);
            WriteAddressOrNull("thread", record.Thread);
        });
        _json.WriteEndObject();
    }

    void WriteModule(ModuleState module)
    {
        WriteAddressOrNull("base_addr", module.Module.Base);
        WriteCertificate(module.Module.LeafName);
        _json.WriteString("code_id", module.Module.CodeId);
        _json.WriteBoolean("corrupt_symbols", module.HasCorruptSymbols);
        _json.WriteString("debug_file", module.Key.DebugFile);
        _json.WriteString("debug_id", module.Module.DebugId);
        WriteAddressOrNull("end_addr", module.Module.End);
        _json.WriteString("filename", module.Module.LeafName);
        _json.WriteBoolean("loaded_symbols", module.HasSymbols);
        _json.WriteBoolean("missing_symbols", module.IsMissingSymbols);
        if (_options.TellsWhy)
            WriteLookup(module.Lookup, module.Downloads, module.Files);
        _json.WriteString("symbol_url", module.Lookup?.Table?.Module.Url is { Length: > 0 } url ? url : null);
        _json.WriteString("version", module.Module.VersionText);
    }

    void WriteLookup(SymbolLookup? lookup, IReadOnlyList<LookupAttempt> downloads, IReadOnlyList<LookupAttempt> files)
    {
        _json.WriteStartObject("symbol_lookup");
        _json.WriteString("answer", MissingNames.Answer(lookup, downloads));
        _json.WriteObjects("attempts", [.. lookup?.Attempts ?? [], .. downloads], WriteAttempt);
        _json.WriteObjects("files", files, WriteAttempt);
        _json.WriteNumber("milliseconds", Math.Round(lookup?.Took.TotalMilliseconds ?? 0, 3));
        _json.WriteEndObject();
    }

    void WriteAttempt(LookupAttempt attempt)
    {
        _json.WriteString("answer", attempt.Answer);
        _json.WriteString("place", attempt.Place);
    }

    void WriteCertificate(string module) =>
        _json.WriteString("cert_subject", _state.Client.Certificates.GetValueOrDefault(module));

    void WriteLimits()
    {
        if (_dump.LinuxLimits is [])
        {
            _json.WriteNull("proc_limits");
            return;
        }

        _json.WriteStartObject("proc_limits");
        _json.WriteObjects("limits", _dump.LinuxLimits, limit =>
        {
            WriteLimit("hard", limit.Hard);
            _json.WriteString("name", limit.Name);
            WriteLimit("soft", limit.Soft);
            _json.WriteString("unit", limit.Unit);
        });
        _json.WriteEndObject();
    }

    void WriteLimit(string name, LimitValue value)
    {
        if (value.Number is { } number)
            _json.WriteNumber(name, number);
        else
            _json.WriteString(name, value.IsUnlimited ? "unlimited" : "err");
    }

    void WriteSoftErrors()
    {
        _json.WritePropertyName("soft_errors");
        if (_softErrors is { } errors)
            errors.WriteTo(_json);
        else
            _json.WriteNullValue();
    }

    void WriteSystemInfo()
    {
        var system = _dump.SystemInfo;
        _json.WriteStartObject("system_info");
        _json.WriteString("cpu_arch", CpuTraits.Find(_dump.Cpu)?.Name ?? "unknown");
        _json.WriteNumberOrNull("cpu_count", system?.ProcessorCount);
        _json.WriteString("cpu_info", system?.CpuDescription);
        var microcode = _state.Client.Microcode ?? _dump.Microcode;
        _json.WriteString("cpu_microcode_version", microcode is { } version ? $"0x{version:x}" : null);
        if (_dump.CpuModel is { } model)
            _json.WriteString("cpu_model", model);
        _json.WriteString("os", system?.OsName);
        _json.WriteString("os_ver", system?.OsVersion);
        _json.WriteEndObject();
    }

    void WriteUnloadedModule(UnloadedModule module)
    {
        WriteAddressOrNull("base_addr", module.Base);
        WriteCertificate(module.LeafName);
        _json.WriteString("code_id", module.CodeId);
        WriteAddressOrNull("end_addr", module.End);
        _json.WriteString("filename", module.LeafName);
        if (_options.TellsWhy && _state.Unloaded.FirstOrDefault(searched => searched.Key == StackWalker.KeyOf(module)) is { } search)
            WriteLookup(search.Lookup, search.Downloads, []);
    }

    void WriteAddressOrNull(string name, ulong? address)
    {
        if (address is { } value)
            _json.WriteString(name, _addresses.Format(value));
        else
            _json.WriteNull(name);
    }
}
