using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Output;

/// <summary>The tail of the report: modules, and what the writer and the reader of the dump could not do.</summary>
sealed class HumanModules(ProcessState state, HumanText text)
{
    const int MostOperations = 64;
    const int MostCallers = 4;

    readonly Minidump _dump = state.Dump;

    public void Write()
    {
        text.Line("Loaded modules:");
        foreach (var module in state.Modules.OrderBy(module => module.Module.Base))
            text.Line(Describe(module));

        text.Line();
        text.Line("Unloaded modules:");
        foreach (var module in _dump.UnloadedModules.OrderBy(module => module.Base))
            text.Line($"{Range(module.Base, module.End)}  {HumanText.Clean(module.LeafName)}{SignerOf(module.LeafName)}");

        WriteHandleOperations();
        WriteAnnotations();
        WriteUnreadStreams();
        WriteSoftErrors();
    }

    /// <summary>Writes of the modules those that frames are in, and what to do where symbols are missing.</summary>
    public void WriteSeen(HumanOptions options)
    {
        var seen = state.Modules.Where(module => module.Lookup is not null).OrderBy(module => module.Module.Base).ToList();
        text.Line($"Modules of these stacks ({seen.Count} of {state.Modules.Count}):");
        foreach (var module in seen)
            text.Line((Describe(module), Tone.Plain), (module.HasSymbols ? "" : "  no symbols", Tone.Alarm));
        if (!options.TellsWhy && seen.Exists(module => !module.HasSymbols))
            text.Line(("Where symbols are missing, functions are, and callers may be guesses: --why tells where they were looked for.", Tone.Faint));
        WriteSoftErrors();
    }

    string Describe(ModuleState module)
    {
        var version = module.Module.VersionText ?? "???";
        var main = module.Module.Index == _dump.Modules.Main?.Index ? "  (main)" : "";
        var name = HumanText.Clean(module.Module.LeafName);
        return $"{Range(module.Module.Base, module.Module.End)}  {name}  {version}{main}{SignerOf(module.Module.LeafName)}";
    }

    string SignerOf(string module) =>
        state.Client.Certificates.TryGetValue(module, out var signer) ? HumanText.Clean($" ({signer})") : "";

    void WriteHandleOperations()
    {
        var operations = _dump.HandleOperations;
        if (operations is [])
            return;

        text.Line();
        text.Line("What was done with handles:");
        foreach (var operation in operations.Take(MostOperations))
        {
            var callers = string.Concat(operation.ReturnAddresses.Take(MostCallers).Select(address => $" < {PlaceOf(address)}"));
            text.Line($"{HumanText.Hex(operation.Handle)}: {operation.Word} by thread {operation.ThreadId}{callers}");
        }

        if (operations.Count > MostOperations)
            text.Line($"… {operations.Count - MostOperations} more");
    }

    string PlaceOf(ulong address) => _dump.Modules.Find(address) is { } module
        ? $"{HumanText.Clean(module.LeafName)} + {HumanText.Hex(address - module.Base)}"
        : HumanText.Hex(address);

    void WriteAnnotations()
    {
        if (_dump.CrashpadInfo is null)
            return;

        text.Line();
        text.Line("Annotations of the client:");
        foreach (var (name, value) in _dump.Annotations.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            text.Line($"{HumanText.Clean(name)} = {HumanText.Clean(value.Replace('\n', ' '))}");
    }

    static string Range(ulong start, ulong end) => $"{HumanText.Address(start, 8)} - {HumanText.Address(end - 1, 8)}";

    void WriteUnreadStreams()
    {
        var unread = _dump.Streams.Where(stream => !IsRead(stream.Type)).Distinct().ToList();
        if (unread is [])
            return;

        text.Line();
        text.Line("Unimplemented streams encountered:");
        foreach (var stream in unread)
        {
            text.Line(
                $"Stream {HumanText.Address((uint)stream.Type, 8)} {stream.Name} ({stream.Vendor}) "
                + $"@ {HumanText.Address(stream.Location.Rva, 8)}");
        }
    }

    static bool IsRead(StreamType type) => Enum.IsDefined(type) && type is not (
        StreamType.UnusedStream or StreamType.ReservedStream0 or StreamType.ReservedStream1
        or StreamType.JavaScriptDataStream
        or StreamType.IptTraceStream or StreamType.LastReservedStream or StreamType.ChromiumStabilityReport
        or (>= StreamType.CeStreamNull and <= StreamType.CeStreamDiagnosisList));

    void WriteSoftErrors()
    {
        if (_dump.SoftErrors is not { Length: > 0 } errors)
            return;

        text.Line();
        text.Line("Soft errors were encountered when minidump was written:");
        foreach (var line in (SoftErrors.Parse(errors) is { } json ? SoftErrors.Indent(json) : errors).Split('\n'))
            text.Line(HumanText.Clean(line));
    }
}
