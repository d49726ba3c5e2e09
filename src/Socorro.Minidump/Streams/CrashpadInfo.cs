using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>What Crashpad's client told about itself and its crash, for the process and for each module.</summary>
public sealed record CrashpadInfo
{
    /// <summary>Of the structure; 1 so far.</summary>
    public required uint Version { get; init; }

    /// <summary>The report, by Crashpad's database.</summary>
    public required Guid ReportId { get; init; }

    /// <summary>The installation of the program; all zero when it is not told.</summary>
    public required Guid ClientId { get; init; }

    /// <summary>
    /// Which bits of a pointer are not its address, where the processor signs pointers, or in a dump of another writer which are;
    /// 0 when the writer did not say.
    /// </summary>
    public required ulong AddressMask { get; init; }

    /// <summary>Annotations of the whole process, in file order.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> SimpleAnnotations { get; init; }

    /// <summary>What was annotated in each module.</summary>
    public required IReadOnlyList<CrashpadModule> Modules { get; init; }

    /// <summary>
    /// All annotations as Crashpad's own uploader would send them: first those of the process, then of one module after the
    /// other the simple ones and the text objects. The first value of a name wins, except that "list_annotations" is the joined
    /// list annotations, and "guid" the client.
    /// </summary>
    public IReadOnlyDictionary<string, string> MergeAnnotations()
    {
        var merged = new Dictionary<string, string>();
        foreach (var (name, value) in SimpleAnnotations)
            merged.TryAdd(name, value);
        foreach (var module in Modules)
        {
            foreach (var (name, value) in module.SimpleAnnotations)
                merged.TryAdd(name, value);
            foreach (var annotation in module.Objects)
            {
                if (annotation is { Text: { } text, Name: not "" })
                    merged.TryAdd(annotation.Name, text);
            }
        }

        var list = string.Join('\n', Modules.SelectMany(module => module.ListAnnotations));
        if (list.Length > 0)
            merged["list_annotations"] = list;
        if (ClientId != default)
            merged["guid"] = ClientId.ToString();
        return merged;
    }

    internal static CrashpadInfo? Read(DumpFile file)
    {
        const int withoutMask = 52;
        if (!file.TryFindStream(StreamType.CrashpadInfoStream, withoutMask, out Fields stream))
            return null;
        if (stream.UInt32(0) == 0)
        {
            file.Problems.Add("CrashpadInfoStream", "has the invalid version 0");
            return null;
        }

        var annotations = new CrashpadAnnotationReader(file);
        return new()
        {
            Version = stream.UInt32(0),
            ReportId = stream.Guid(4),
            ClientId = stream.Guid(20),
            SimpleAnnotations = annotations.ReadDictionary(stream.Location(36)),
            Modules = annotations.ReadModules(stream.Location(44)),
            AddressMask = stream.Has(56, 8) ? stream.UInt64(56) : 0,
        };
    }
}
