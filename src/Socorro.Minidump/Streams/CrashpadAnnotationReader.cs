using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>
/// Reads the lists that Crashpad's information points to. A hostile dump can point to one list any number of times, so
/// the limit is on the entries of all lists together.
/// </summary>
sealed class CrashpadAnnotationReader(DumpFile file)
{
    const StreamType Stream = StreamType.CrashpadInfoStream;

    int _entriesLeft = file.Limits.MaxListEntries;

    public IReadOnlyList<CrashpadModule> ReadModules(Location location)
    {
        const int linkSize = 12;
        var modules = new List<CrashpadModule>();
        var links = ReadList(location, linkSize);
        for (var i = 0; i < links.Count; i++)
        {
            if (ReadModule(links[i].UInt32(0), links[i].Location(4)) is { } module)
                modules.Add(module);
        }

        return modules;
    }

    public IReadOnlyList<KeyValuePair<string, string>> ReadDictionary(Location location)
    {
        var entries = ReadList(location, 8);
        var annotations = new List<KeyValuePair<string, string>>(entries.Count);
        for (var i = 0; i < entries.Count; i++)
        {
            var name = file.ReadUtf8(entries[i].UInt32(0));
            var value = file.ReadUtf8(entries[i].UInt32(4));
            if (name is null || value is null)
                Note($"has an annotation that is not readable: {Problem.Quote(name ?? "")}");
            else
                annotations.Add(new(name, value));
        }

        return annotations;
    }

    CrashpadModule? ReadModule(uint index, Location location)
    {
        const int size = 28;
        if (!file.TryFields(location, out var module) || !module.Has(0, size))
        {
            Note($"has no readable annotations of module {index}");
            return null;
        }

        return new(
            index,
            module.UInt32(0),
            ReadStrings(module.Location(4)),
            ReadDictionary(module.Location(12)),
            ReadObjects(module.Location(20)));
    }

    List<string> ReadStrings(Location location)
    {
        var entries = ReadList(location, 4);
        var strings = new List<string>(entries.Count);
        for (var i = 0; i < entries.Count; i++)
        {
            if (file.ReadUtf8(entries[i].UInt32(0)) is { } text)
                strings.Add(text);
            else
                Note("has a list annotation that is not readable");
        }

        return strings;
    }

    List<CrashpadAnnotation> ReadObjects(Location location)
    {
        var entries = ReadList(location, 12);
        var objects = new List<CrashpadAnnotation>(entries.Count);
        for (var i = 0; i < entries.Count; i++)
        {
            var name = file.ReadUtf8(entries[i].UInt32(0));
            var type = entries[i].UInt16(4);
            var hasValue = file.TryReadByteArray(entries[i].UInt32(8), out var value);
            if (name is null || (!hasValue && type != CrashpadAnnotation.Unset))
                Note($"has an annotation object that is not readable: {Problem.Quote(name ?? "")}");
            else
                objects.Add(new(name, type, value));
        }

        return objects;
    }

    EntryList ReadList(Location location, int entrySize)
    {
        if (location.Size == 0)
            return default;
        if (!file.TryFields(location, out var list) || !list.Has(0, 4))
        {
            Note("has a list that does not lie inside the file");
            return default;
        }

        var entries = EntryList.ReadBehind(file, Stream, list, 4, list.UInt32(0), entrySize, _entriesLeft);
        _entriesLeft -= entries.Count;
        return entries;
    }

    void Note(string what) => file.Problems.Add(Stream.ToString(), what);
}
