using System.Globalization;
using Socorro.Minidumps.Format;
using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Streams;

/// <summary>A line of /proc/PID/maps.</summary>
/// <param name="End">The first address behind the mapping.</param>
/// <param name="Path">
/// The file, or a name like [stack]; empty for anonymous memory. Deleted files say so at the end.
/// </param>
public readonly record struct LinuxMapping(
    ulong Start,
    ulong End,
    Permissions Permissions,
    bool IsPrivate,
    ulong Offset,
    string Device,
    ulong Inode,
    string Path)
{
    internal AddressRange ToRange() => new(Start, End, Permissions, IsPrivate, Path);

    internal static IReadOnlyList<LinuxMapping> ReadAll(DumpFile file)
    {
        var mappings = new List<LinuxMapping>();
        foreach (var line in TextStreams.ReadLines(file, StreamType.LinuxMaps))
        {
            if (mappings.Count == file.Limits.MaxMemoryRegions)
            {
                file.Problems.Add("LinuxMaps", $"has more lines than {mappings.Count}; the rest was left out");
                break;
            }

            if (Parse(line) is { } mapping)
                mappings.Add(mapping);
            else if (!line.AsSpan().Trim("\0 \r").IsEmpty)
                file.Problems.Add("LinuxMaps", $"has a line that is no mapping: {Problem.Quote(line)}");
        }

        return mappings;
    }

    static LinuxMapping? Parse(string line)
    {
        var fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 5 || fields[1].Length < 4 || fields[0].Split('-') is not [var first, var last])
            return null;
        if (!TryHex(first, out var start) || !TryHex(last, out var end) || !TryHex(fields[2], out var offset))
            return null;
        if (!ulong.TryParse(fields[4], CultureInfo.InvariantCulture, out var inode))
            return null;

        var permissions = Flag(fields[1][0] == 'r', Permissions.Read) | Flag(fields[1][1] == 'w', Permissions.Write)
            | Flag(fields[1][2] == 'x', Permissions.Execute);
        var path = fields.Length == 6 ? fields[5].Trim() : "";
        return new(start, end, permissions, fields[1][3] == 'p', offset, fields[3], inode, path);
    }

    static bool TryHex(string text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    static Permissions Flag(bool isSet, Permissions permission) => isSet ? permission : Permissions.None;
}
