using System.Text.Json;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Output;

/// <summary>
/// Writes frames: nearly all of a large report, so names are encoded once and texts go out as the UTF-8 that the symbols
/// hold. Those who write at the same time have one each.
/// </summary>
sealed class JsonFrames(ProcessState state, Utf8JsonWriter json, JsonOptions options, JsonEncodedText[] modules)
{
    readonly AddressText _addresses = new(state.Dump);

    readonly int[] _registerOrder = CpuTraits.Find(state.Dump.Cpu) is { } cpu
        ? [.. Enumerable.Range(0, cpu.RegisterNames.Count).OrderBy(i => cpu.RegisterNames[i], StringComparer.Ordinal)]
        : [];

    public void Write(FrameRange range)
    {
        for (var i = range.Start; i < range.End; i++)
            Write(range.Stack, i, range.HasRegisters);
    }

    void Write(CallStack stack, int index, bool hasRegisters)
    {
        ref readonly var frame = ref stack.Span[index];
        var location = frame.Location;
        json.WriteStartObject();
        if (options.RecoversArguments)
            WriteArguments(ArgumentRecovery.Find(state.Dump, stack, index));
        json.WriteTextOrNull(Keys.File, location.FileUtf8);
        json.WriteNumber(Keys.Frame, index);
        json.WriteTextOrNull(Keys.Function, location.ReadableUtf8);
        if (location.FunctionUtf8.IsEmpty)
            json.WriteNull(Keys.FunctionOffset);
        else
            json.WriteString(Keys.FunctionOffset, _addresses.Format(location.Address - location.FunctionBase));
        WriteInlines(location);
        if (location.Module < 0 && MissingNames.IsGenerated(state, location))
            json.WriteBoolean(Keys.Jit, true);
        WriteLine(location.Line);
        json.WriteBoolean(Keys.MissingSymbols, location.FunctionUtf8.IsEmpty);
        WriteModule(location);
        if (location.IsMultiple)
            json.WriteBoolean(Keys.Multiple, true);
        json.WriteString(Keys.Offset, _addresses.Format(location.Address));
        if (hasRegisters)
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
                json.WriteString("value", _addresses.Format(value));
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

        json.WriteString(Keys.Module, modules[location.Module]);
        json.WriteString(Keys.ModuleOffset, _addresses.Format(location.ModuleOffset));
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
            json.WriteTextOrNull(Keys.Function, CodeLocation.Readable(call.Name));
            json.WriteString(Keys.FunctionOffset, _addresses.Format(location.SymbolOffset - call.Rva));
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
        var names = CpuTraits.Find(state.Dump.Cpu)!.RegisterNames; // there are frames, so the processor is known
        json.WriteStartObject("registers");
        foreach (var i in _registerOrder)
        {
            if (registers.TryGet(i, out var value))
                json.WriteString(names[i], _addresses.Format(value));
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
                json.WriteStringValue(_addresses.Format(offset));
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
        public static readonly JsonEncodedText Trust = JsonEncodedText.Encode("trust");
        public static readonly JsonEncodedText UnloadedModules = JsonEncodedText.Encode("unloaded_modules");

        static readonly JsonEncodedText[] Trusts =
            [.. Enum.GetValues<FrameTrust>().Select(trust => JsonEncodedText.Encode(trust.Word))];

        public static JsonEncodedText Of(FrameTrust trust) => Trusts[(int)trust];
    }
}
