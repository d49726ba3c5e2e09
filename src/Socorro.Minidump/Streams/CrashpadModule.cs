using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>The annotations that one module made.</summary>
/// <param name="ModuleIndex">Place of the module in the dump's list.</param>
public sealed record CrashpadModule(
    uint ModuleIndex,
    uint Version,
    IReadOnlyList<string> ListAnnotations,
    IReadOnlyList<KeyValuePair<string, string>> SimpleAnnotations,
    IReadOnlyList<CrashpadAnnotation> Objects)
{
    const string Where = "CrashpadInfoStream";

    internal static IReadOnlyList<CrashpadModule> ReadAll(DumpFile file, Location location)
    {
        const int linkSize = 12;
        var modules = new List<CrashpadModule>();
        var links = ReadList(file, location, linkSize);
        for (var i = 0; i < links.Count; i++)
        {
            if (Read(file, links[i].UInt32(0), links[i].Location(4)) is { } module)
                modules.Add(module);
        }

        return modules;
    }

    internal static IReadOnlyList<KeyValuePair<string, string>> ReadDictionary(DumpFile file, Location location)
    {
        var entries = ReadList(file, location, 8);
        var annotations = new List<KeyValuePair<string, string>>(entries.Count);
        for (var i = 0; i < entries.Count; i++)
        {
            var name = file.ReadUtf8(entries[i].UInt32(0));
            var value = file.ReadUtf8(entries[i].UInt32(4));
            if (name is null || value is null)
                file.Problems.Add(Where, $"has an annotation that is not readable: {name}");
            else
                annotations.Add(new(name, value));
        }

        return annotations;
    }

    static CrashpadModule? Read(DumpFile file, uint index, Location location)
    {
        const int size = 28;
        if (!file.TryFields(location, out var module) || !module.Has(0, size))
        {
            file.Problems.Add(Where, $"has no readable annotations of module {index}");
            return null;
        }

        return new(
            index,
            module.UInt32(0),
            ReadStrings(file, module.Location(4)),
            ReadDictionary(file, module.Location(12)),
            ReadObjects(file, module.Location(20)));
    }

    static List<string> ReadStrings(DumpFile file, Location location)
    {
        var entries = ReadList(file, location, 4);
        var strings = new List<string>(entries.Count);
        for (var i = 0; i < entries.Count; i++)
        {
            if (file.ReadUtf8(entries[i].UInt32(0)) is { } text)
                strings.Add(text);
            else
                file.Problems.Add(Where, "has a list annotation that is not readable");
        }

        return strings;
    }

    static List<CrashpadAnnotation> ReadObjects(DumpFile file, Location location)
    {
        var entries = ReadList(file, location, 12);
        var objects = new List<CrashpadAnnotation>(entries.Count);
        for (var i = 0; i < entries.Count; i++)
        {
            var name = file.ReadUtf8(entries[i].UInt32(0));
            if (name is null || !file.TryReadByteArray(entries[i].UInt32(8), out var value))
                file.Problems.Add(Where, $"has an annotation object that is not readable: {name}");
            else
                objects.Add(new(name, entries[i].UInt16(4), value.ToArray()));
        }

        return objects;
    }

    // Annotations are small: what all of them together may take is bounded by the count and by the length of each.
    static EntryList ReadList(DumpFile file, Location location, int entrySize)
    {
        if (location.Size == 0)
            return default;
        if (!file.TryFields(location, out var list) || !list.Has(0, 4))
        {
            file.Problems.Add(Where, "has a list that does not lie inside the file");
            return default;
        }

        const StreamType type = StreamType.CrashpadInfoStream;
        return EntryList.ReadBehind(file, type, list, 4, list.UInt32(0), entrySize, file.Limits.MaxListEntries);
    }
}

/// <summary>An annotation object: a name and bytes of a declared type.</summary>
/// <param name="Type">0 invalid, 1 text, from 0x8000 on the application's own.</param>
public sealed record CrashpadAnnotation(string Name, ushort Type, ReadOnlyMemory<byte> Value)
{
    /// <summary>The value of a text annotation; null for others.</summary>
    public string? Text => Type == 1 ? DumpFile.DecodeUtf8(Value.Span) : null;
}
