using System.Text.Json;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Output;

/// <summary>Writes one report. The methods stand in the alphabetical order of what they write.</summary>
sealed class JsonReportWriter(ProcessState state, Utf8JsonWriter json)
{
    readonly Minidump _dump = state.Dump;
    readonly HexText _hex = new(CpuTraits.Find(state.Dump.Cpu)?.PointerSize ?? 8);

    public void Write()
    {
        json.WriteStartObject();
        WriteCrashInfo();
        WriteCrashingThread();
        json.WriteNull("handles");
        json.WriteNull("linux_memory_map_count");
        json.WriteNull("lsb_release");
        json.WriteNull("mac_boot_args");
        json.WriteNull("mac_crash_info");
        json.WriteNumber("main_module", _dump.Modules.Main?.Index ?? 0);
        WriteModules();
        json.WriteBoolean("modules_contains_cert_info", false);
        WriteNumber("pid", _dump.MiscInfo?.ProcessId);
        json.WriteNull("proc_limits");
        WriteNumber("process_uptime", Uptime);
        json.WriteNull("soft_errors");
        json.WriteString("status", state.Status);
        WriteSystemInfo();
        json.WriteNumber("thread_count", state.Threads.Count);
        WriteThreads();
        WriteUnloadedModules();
        json.WriteEndObject();
    }

    uint? Uptime => _dump.MiscInfo?.ProcessCreateTime is { } created && _dump.Header.TimeDateStamp >= created
        ? _dump.Header.TimeDateStamp - created
        : null;

    void WriteCrashInfo()
    {
        json.WriteStartObject("crash_info");
        json.WriteNull("address");
        json.WriteNull("adjusted_address");
        json.WriteNull("assertion");
        json.WriteNull("crash_inconsistencies");
        WriteNumber("crashing_thread", (uint?)state.CrashingThread);
        WriteText("instruction", state.Analysis?.Instruction);
        json.WriteNull("instruction_pointer_update");
        json.WriteNull("memory_accesses");
        json.WriteNull("possible_bit_flips");
        json.WriteNull("type");
        json.WriteEndObject();
    }

    void WriteCrashingThread()
    {
        json.WritePropertyName("crashing_thread");
        if (state.CrashingThread is { } index)
            WriteThread(state.Threads[index], index);
        else
            json.WriteNullValue();
    }

    void WriteModules()
    {
        json.WriteStartArray("modules");
        foreach (var module in state.Modules)
            WriteModule(module);
        json.WriteEndArray();
    }

    void WriteModule(ModuleState module)
    {
        json.WriteStartObject();
        WriteAddress("base_addr", module.Module.Base);
        json.WriteNull("cert_subject");
        WriteText("code_id", module.Module.CodeId);
        json.WriteBoolean("corrupt_symbols", module.HasCorruptSymbols);
        WriteText("debug_file", module.Key.DebugFile);
        WriteText("debug_id", module.Module.DebugId);
        WriteAddress("end_addr", module.Module.End);
        WriteText("filename", module.Module.LeafName);
        json.WriteBoolean("loaded_symbols", module.HasSymbols);
        json.WriteBoolean("missing_symbols", module.IsMissingSymbols);
        WriteText("symbol_url", module.Lookup?.Table?.Module.Url is { Length: > 0 } url ? url : null);
        WriteText("version", module.Module.VersionText);
        json.WriteEndObject();
    }

    void WriteSystemInfo()
    {
        json.WriteStartObject("system_info");
        WriteText("cpu_arch", CpuTraits.Find(_dump.Cpu)?.Name ?? "unknown");
        WriteNumber("cpu_count", _dump.SystemInfo?.ProcessorCount);
        WriteText("cpu_info", _dump.SystemInfo?.CpuDescription);
        json.WriteNull("cpu_microcode_version");
        WriteText("os", _dump.SystemInfo?.OsName);
        WriteText("os_ver", _dump.SystemInfo?.OsVersion);
        json.WriteEndObject();
    }

    void WriteThreads()
    {
        json.WriteStartArray("threads");
        foreach (var thread in state.Threads)
            WriteThread(thread, null);
        json.WriteEndArray();
    }

    /// <param name="crashingIndex">Its index, when it is written as the crashing thread.</param>
    void WriteThread(ThreadState thread, int? crashingIndex)
    {
        json.WriteStartObject();
        json.WriteNumber("frame_count", thread.Stack.Frames.Count);
        json.WriteStartArray("frames");
        var frames = thread.Stack.Span;
        for (var i = 0; i < frames.Length; i++)
            WriteFrame(frames[i], i, i == 0 && crashingIndex is not null ? thread.Stack : null);
        json.WriteEndArray();
        json.WriteNull("last_error_value");
        json.WriteString("stack_end", thread.Stack.End.Word);
        json.WriteNumber("thread_id", thread.Record.Id);
        WriteText("thread_name", thread.Record.Name);
        if (crashingIndex is { } index)
            json.WriteNumber("threads_index", index);
        json.WriteEndObject();
    }

    void WriteFrame(in Frame frame, int index, CallStack? withRegisters)
    {
        var location = frame.Location;
        json.WriteStartObject();
        WriteText(Keys.File, location.FileUtf8);
        json.WriteNumber(Keys.Frame, index);
        WriteText(Keys.Function, location.FunctionUtf8);
        if (location.FunctionUtf8.IsEmpty)
            json.WriteNull(Keys.FunctionOffset);
        else
            WriteAddress(Keys.FunctionOffset, location.Address - location.FunctionBase);
        WriteInlines(location);
        WriteLine(location.Line);
        json.WriteBoolean(Keys.MissingSymbols, location.FunctionUtf8.IsEmpty);
        WriteFrameModule(location);
        WriteAddress(Keys.Offset, location.Address);
        if (withRegisters is not null)
            WriteRegisters(withRegisters.GetRegisters(index));
        json.WriteString(Keys.Trust, Keys.Of(frame.Trust));
        WriteUnloadedHits(location);
        json.WriteEndObject();
    }

    void WriteFrameModule(CodeLocation location)
    {
        if (location.Module < 0)
        {
            json.WriteNull(Keys.Module);
            json.WriteNull(Keys.ModuleOffset);
            return;
        }

        json.WriteString(Keys.Module, _dump.Modules[location.Module].LeafName);
        WriteAddress(Keys.ModuleOffset, location.ModuleOffset);
    }

    void WriteInlines(CodeLocation location)
    {
        if (location.Inlines.Count == 0)
        {
            json.WriteNull(Keys.Inlines);
            return;
        }

        json.WriteStartArray(Keys.Inlines);
        foreach (var call in location.Inlines)
        {
            json.WriteStartObject();
            WriteText(Keys.File, call.Symbol.File);
            WriteText(Keys.Function, call.Symbol.Name);
            WriteLine(call.Line);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    void WriteLine(uint line)
    {
        if (line == 0)
            json.WriteNull(Keys.Line);
        else
            json.WriteNumber(Keys.Line, line);
    }

    void WriteRegisters(Registers registers)
    {
        var names = CpuTraits.Find(_dump.Cpu)!.RegisterNames;
        json.WriteStartObject("registers");
        foreach (var i in Enumerable.Range(0, names.Count).OrderBy(i => names[i], StringComparer.Ordinal))
        {
            if (registers.TryGet(i, out var value))
                WriteAddress(names[i], value);
        }

        json.WriteEndObject();
    }

    void WriteUnloadedHits(CodeLocation location)
    {
        if (location.Unloaded.Count == 0)
        {
            json.WriteNull(Keys.UnloadedModules);
            return;
        }

        json.WriteStartArray(Keys.UnloadedModules);
        foreach (var hit in location.Unloaded)
        {
            json.WriteStartObject();
            json.WriteString("module", hit.Module);
            json.WriteStartArray("offsets");
            foreach (var offset in hit.Offsets)
                json.WriteStringValue(_hex.Format(offset));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    void WriteUnloadedModules()
    {
        json.WriteStartArray("unloaded_modules");
        foreach (var module in _dump.UnloadedModules)
            WriteUnloadedModule(module);
        json.WriteEndArray();
    }

    void WriteUnloadedModule(UnloadedModule module)
    {
        json.WriteStartObject();
        WriteAddress("base_addr", module.Base);
        json.WriteNull("cert_subject");
        WriteText("code_id", module.CodeId);
        WriteAddress("end_addr", module.End);
        WriteText("filename", module.LeafName);
        json.WriteEndObject();
    }

    void WriteAddress(string name, ulong address) => json.WriteString(name, _hex.Format(address));

    void WriteAddress(JsonEncodedText name, ulong address) => json.WriteString(name, _hex.Format(address));

    void WriteNumber(string name, uint? number)
    {
        if (number is { } value)
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }

    void WriteText(string name, string? text) => json.WriteString(name, text);

    void WriteText(JsonEncodedText name, ReadOnlyMemory<byte> utf8)
    {
        if (utf8.IsEmpty)
            json.WriteNull(name);
        else
            json.WriteString(name, utf8.Span);
    }

    /// <summary>The names that are written for every frame, encoded once.</summary>
    static class Keys
    {
        public static readonly JsonEncodedText File = JsonEncodedText.Encode("file");
        public static readonly JsonEncodedText Frame = JsonEncodedText.Encode("frame");
        public static readonly JsonEncodedText Function = JsonEncodedText.Encode("function");
        public static readonly JsonEncodedText FunctionOffset = JsonEncodedText.Encode("function_offset");
        public static readonly JsonEncodedText Inlines = JsonEncodedText.Encode("inlines");
        public static readonly JsonEncodedText Line = JsonEncodedText.Encode("line");
        public static readonly JsonEncodedText MissingSymbols = JsonEncodedText.Encode("missing_symbols");
        public static readonly JsonEncodedText Module = JsonEncodedText.Encode("module");
        public static readonly JsonEncodedText ModuleOffset = JsonEncodedText.Encode("module_offset");
        public static readonly JsonEncodedText Offset = JsonEncodedText.Encode("offset");
        public static readonly JsonEncodedText Trust = JsonEncodedText.Encode("trust");
        public static readonly JsonEncodedText UnloadedModules = JsonEncodedText.Encode("unloaded_modules");

        static readonly JsonEncodedText[] Trusts =
            [.. Enum.GetValues<FrameTrust>().Select(trust => JsonEncodedText.Encode(trust.Word))];

        public static JsonEncodedText Of(FrameTrust trust) => Trusts[(int)trust];
    }
}
