using System.Buffers;
using System.Text;
using System.Text.Json;
using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Output;

/// <summary>The tail of the report: modules, and what the writer and the reader of the dump could not do.</summary>
sealed class HumanModules(ProcessState state, HumanText text)
{
    readonly Minidump _dump = state.Dump;

    public void Write()
    {
        text.Line("Loaded modules:");
        foreach (var module in state.Modules.OrderBy(module => module.Module.Base))
        {
            var version = module.Module.VersionText ?? "???";
            var main = module.Module.Index == _dump.Modules.Main?.Index ? "  (main)" : "";
            text.Line($"{Range(module.Module.Base, module.Module.End)}  {HumanText.Clean(module.Module.LeafName)}  {version}{main}");
        }

        text.Line();
        text.Line("Unloaded modules:");
        foreach (var module in _dump.UnloadedModules.OrderBy(module => module.Base))
            text.Line($"{Range(module.Base, module.End)}  {HumanText.Clean(module.LeafName)}");

        WriteUnreadStreams();
        WriteSoftErrors();
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
        or StreamType.HandleOperationListStream or StreamType.TokenStream or StreamType.JavaScriptDataStream
        or StreamType.IptTraceStream or StreamType.LastReservedStream or StreamType.ChromiumStabilityReport
        or (>= StreamType.CeStreamNull and <= StreamType.CeStreamDiagnosisList));

    void WriteSoftErrors()
    {
        if (_dump.SoftErrors is not { Length: > 0 } errors)
            return;

        text.Line();
        text.Line("Soft errors were encountered when minidump was written:");
        foreach (var line in Indent(errors).Split('\n'))
            text.Line(HumanText.Clean(line));
    }

    static string Indent(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var indented = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(indented, new() { Indented = true, NewLine = "\n", Encoder = JsonReport.Encoder }))
                document.WriteTo(writer);
            return Encoding.UTF8.GetString(indented.WrittenSpan);
        }
        catch (JsonException)
        {
            return json;
        }
    }
}
