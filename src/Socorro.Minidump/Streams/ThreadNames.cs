using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>The stream that gives threads their names.</summary>
static class ThreadNames
{
    public static IReadOnlyDictionary<uint, string> Read(DumpFile file)
    {
        var names = new Dictionary<uint, string>();
        var list = EntryList.ReadPlain(file, StreamType.ThreadNamesStream, 12, file.Limits.MaxThreads);
        for (var i = 0; i < list.Count; i++)
        {
            var id = list[i].UInt32(0);
            if (file.ReadUtf16(list[i].UInt64(4)) is { } name)
                names[id] = name;
            else
                file.Problems.Add("ThreadNamesStream", $"has no readable name for thread {id}");
        }

        return names;
    }
}
