using System.Text.Json;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Reasons;
using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Output;

/// <summary>
/// Writes threads and frames: nearly all of a large report, so names are encoded once and texts go out as the UTF-8 that
/// the symbols hold.
/// </summary>
sealed class JsonThreads(ProcessState state, Utf8JsonWriter json, AddressText addresses, JsonOptions options)
{
    readonly Minidump _dump = state.Dump;
    readonly int _maxFrames = options.MaxFrames;
    readonly JsonEncodedText[] _modules =
        [.. state.Dump.Modules.Select(module => JsonEncodedText.Encode(module.LeafName, JsonReport.Encoder))];

    readonly int[] _registerOrder = CpuTraits.Find(state.Dump.Cpu) is { } cpu
        ? [.. Enumerable.Range(0, cpu.RegisterNames.Count).OrderBy(i => cpu.RegisterNames[i], StringComparer.Ordinal)]
        : [];

    public void WriteAll()
    {
        json.WriteStartArray("threads");
        foreach (var thread in state.Threads)
            Write(thread, index: null);
        json.WriteEndArray();
    }

    public void WriteCrashing()
    {
        json.WritePropertyName("crashing_thread");
        if (state.CrashingThread is { } index)
            Write(state.Threads[index], index);
        else
            json.WriteNullValue();
    }

    /// <param name="index">The thread's place among all, when it is written as the one that crashed.</param>
    void Write(ThreadState thread, int? index)
    {
        var frames = thread.Stack.Span;
        json.WriteStartObject();
        json.WriteNumber("frame_count", frames.Length);
        WriteFrames(thread.Stack, withRegisters: index is not null || options.HasAllRegisters);
        var (lastError, lastStatus) = ThreadEnvironment.Read(_dump, thread.Record);
        json.WriteString("last_error_value", lastError is { } code ? WindowsError.Describe(code) : null);
        if (lastStatus is { } status and not 0)
            json.WriteString("last_status_value", WindowsError.Describe(status));
        json.WriteNumber("priority", thread.Record.Priority);
        json.WriteString("stack_end", thread.Stack.End.Word);
        if (thread.Record.Times is { StartAddress: not 0 and var start })
            json.WriteString("start_address", addresses.Format(start));
        if (thread.Start is { FunctionUtf8.IsEmpty: false } entry)
            json.WriteTextOrNull(Keys.StartFunction, entry.FunctionUtf8);
        if (thread.Start is { Module: >= 0 and var module })
            json.WriteString("start_module", _modules[module]);
        json.WriteNumber("suspend_count", thread.Record.SuspendCount);
        json.WriteNumber("thread_id", thread.Record.Id);
        json.WriteString("thread_name", thread.Record.Name);
        if (index is { } place)
            json.WriteNumber("threads_index", place);
        if (frames.Length > _maxFrames)
            json.WriteBoolean("truncated", true);
        json.WriteEndObject();
    }

    void WriteFrames(CallStack stack, bool withRegisters)
    {
        var frames = stack.Span;
        // One entry says that there is a gap.
        var (head, tail) = frames.Length <= _maxFrames ? (frames.Length, 0) : (_maxFrames / 2, (_maxFrames - 1) / 2);

        json.WriteStartArray("frames");
        for (var i = 0; i < head; i++)
            WriteFrame(stack, i, withRegisters);
        if (frames.Length > _maxFrames)
            WriteGap(frames.Length - head - tail);
        for (var i = frames.Length - tail; i < frames.Length; i++)
            WriteFrame(stack, i, withRegisters);
        json.WriteEndArray();
    }

    void WriteGap(int frames)
    {
        json.WriteStartObject();
        json.WriteStartObject("truncated");
        json.WriteString("msg", $"{frames} frames truncated");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    void WriteFrame(CallStack stack, int index, bool withRegisters)
    {
        ref readonly var frame = ref stack.Span[index];
        var location = frame.Location;
        json.WriteStartObject();
        if (options.RecoversArguments)
            WriteArguments(ArgumentRecovery.Find(_dump, stack, index));
        json.WriteTextOrNull(Keys.File, location.FileUtf8);
        json.WriteNumber(Keys.Frame, index);
        json.WriteTextOrNull(Keys.Function, location.FunctionUtf8);
        if (location.FunctionUtf8.IsEmpty)
            json.WriteNull(Keys.FunctionOffset);
        else
            json.WriteString(Keys.FunctionOffset, addresses.Format(location.Address - location.FunctionBase));
        WriteInlines(location);
        if (location.Module < 0 && MissingNames.IsGenerated(state, location))
            json.WriteBoolean(Keys.Jit, true);
        WriteLine(location.Line);
        json.WriteBoolean(Keys.MissingSymbols, location.FunctionUtf8.IsEmpty);
        WriteModule(location);
        if (location.IsMultiple)
            json.WriteBoolean(Keys.Multiple, true);
        json.WriteString(Keys.Offset, addresses.Format(location.Address));
        if (withRegisters)
            WriteRegisters(stack.GetRegisters(index));
        json.WriteString(Keys.Trust, Keys.Of(frame.Trust));
        WriteUnloaded(location);
        if (options.TellsWhy && MissingNames.Explain(state, location) is { } why)
            json.WriteString("why", why);
        json.WriteEndObject();
    }

    void WriteArguments(IReadOnlyList<RecoveredArgument> arguments)
    {
        if (arguments is [])
            return;

        json.WriteObjects("arguments", arguments, argument =>
        {
            json.WriteString("type", argument.Type);
            if (argument.Value is { } value)
                json.WriteString("value", addresses.Format(value));
            else
                json.WriteNull("value");
        });
    }

    void WriteModule(CodeLocation location)
    {
        if (location.Module < 0)
        {
            json.WriteNull(Keys.Module);
            json.WriteNull(Keys.ModuleOffset);
            return;
        }

        json.WriteString(Keys.Module, _modules[location.Module]);
        json.WriteString(Keys.ModuleOffset, addresses.Format(location.ModuleOffset));
    }

    void WriteInlines(CodeLocation location)
    {
        if (location.InlineSymbols is [])
        {
            json.WriteNull(Keys.Inlines);
            return;
        }

        json.WriteStartArray(Keys.Inlines);
        foreach (var call in location.InlineSymbols)
        {
            json.WriteStartObject();
            json.WriteTextOrNull(Keys.File, call.File);
            json.WriteTextOrNull(Keys.Function, call.Name);
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
        var names = CpuTraits.Find(_dump.Cpu)!.RegisterNames; // there are frames, so the processor is known
        json.WriteStartObject("registers");
        foreach (var i in _registerOrder)
        {
            if (registers.TryGet(i, out var value))
                json.WriteString(names[i], addresses.Format(value));
        }

        json.WriteEndObject();
    }

    void WriteUnloaded(CodeLocation location)
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
                json.WriteStringValue(addresses.Format(offset));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    static class Keys
    {
        public static readonly JsonEncodedText File = JsonEncodedText.Encode("file");
        public static readonly JsonEncodedText Frame = JsonEncodedText.Encode("frame");
        public static readonly JsonEncodedText Function = JsonEncodedText.Encode("function");
        public static readonly JsonEncodedText FunctionOffset = JsonEncodedText.Encode("function_offset");
        public static readonly JsonEncodedText Inlines = JsonEncodedText.Encode("inlines");
        public static readonly JsonEncodedText Jit = JsonEncodedText.Encode("jit");
        public static readonly JsonEncodedText Line = JsonEncodedText.Encode("line");
        public static readonly JsonEncodedText MissingSymbols = JsonEncodedText.Encode("missing_symbols");
        public static readonly JsonEncodedText Module = JsonEncodedText.Encode("module");
        public static readonly JsonEncodedText ModuleOffset = JsonEncodedText.Encode("module_offset");
        public static readonly JsonEncodedText Multiple = JsonEncodedText.Encode("multiple");
        public static readonly JsonEncodedText Offset = JsonEncodedText.Encode("offset");
        public static readonly JsonEncodedText StartFunction = JsonEncodedText.Encode("start_function");
        public static readonly JsonEncodedText Trust = JsonEncodedText.Encode("trust");
        public static readonly JsonEncodedText UnloadedModules = JsonEncodedText.Encode("unloaded_modules");

        static readonly JsonEncodedText[] Trusts =
            [.. Enum.GetValues<FrameTrust>().Select(trust => JsonEncodedText.Encode(trust.Word))];

        public static JsonEncodedText Of(FrameTrust trust) => Trusts[(int)trust];
    }
}
