using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Output.Raw;

/// <summary>
/// Lists a dump as it stands in its file: header, directory, and each stream structure by structure, also those that no report
/// tells of. Streams of unknown types are shown as bytes.
/// </summary>
public static class RawListing
{
    /// <summary>Writes it as text, by the names of minidump-stackwalk --dump.</summary>
    /// <param name="isBrief">Whether to leave out the contents of memory.</param>
    public static void WriteText(Minidump dump, TextWriter output, bool isBrief) => Write(dump, new RawText(output), isBrief);

    /// <summary>Writes it as a JSON array of structures: title, name, fields, lines.</summary>
    /// <param name="isBrief">Whether to leave out the contents of memory.</param>
    public static void WriteJson(Minidump dump, Stream output, bool isBrief, bool isPretty)
    {
        using var json = new RawJson(output, isPretty);
        Write(dump, json, isBrief);
    }

    static void Write(Minidump dump, RawOutput output, bool isBrief)
    {
        var writer = new RawWriter(dump, output, isBrief);
        if (dump.Microdump is not null)
            new RawFacts(dump, writer).WriteMicrodump();
        else
            WriteStreams(dump, writer);
        output.End();
    }

    static void WriteStreams(Minidump dump, RawWriter writer)
    {
        WriteDirectory(dump, writer.Output);
        var lists = new RawLists(dump, writer);
        var facts = new RawFacts(dump, writer);
        foreach (var type in dump.Streams.Select(stream => stream.Type).Distinct())
        {
            if (dump.File.FindStream(type) is not null && !lists.TryWrite(type) && !facts.TryWrite(type))
                writer.WriteUnknown(type);
        }
    }

    static void WriteDirectory(Minidump dump, RawOutput output)
    {
        var header = dump.Header;
        output.Begin("", "MDRawHeader");
        output.Field("signature", "0x504d444d");
        output.Field("version", HumanText.Hex(header.Version));
        output.Field("stream_count", HumanText.Number(header.StreamCount));
        output.Field("stream_directory_rva", HumanText.Hex(header.StreamDirectoryRva));
        output.Field("checksum", HumanText.Hex(header.Checksum));
        output.Field("time_date_stamp", $"{HumanText.Hex(header.TimeDateStamp)} {StructureLayout.Time(header.TimeDateStamp)}");
        output.Field("flags", HumanText.Hex(header.Flags));
        for (var i = 0; i < dump.Streams.Count; i++)
        {
            var stream = dump.Streams[i];
            output.Begin($"mDirectory[{i}]", "MDRawDirectory");
            output.Field("stream_type", $"{HumanText.Hex((uint)stream.Type)} ({NameOf(stream)})");
            output.Field("location.data_size", HumanText.Number(stream.Location.Size));
            output.Field("location.rva", HumanText.Hex(stream.Location.Rva));
        }

        output.Begin("", "Streams:");
        foreach (var (index, stream) in dump.Streams.Index().OrderBy(one => one.Item.Type))
            output.Line($"  stream type {HumanText.Hex((uint)stream.Type)} ({NameOf(stream)}) at index {index}");
    }

    static string NameOf(StreamEntry stream) => Enum.IsDefined(stream.Type) ? stream.Name : "unknown";
}
