using System.Text;

namespace Socorro.Minidumps.Output;

/// <summary>
/// The sources of a program below one folder. Symbols name files by where they were compiled, so the end of such a path is
/// looked for. Paths come from symbol files: nothing outside the folder is read, and links in it are not followed.
/// </summary>
public sealed class SourceTree(string root)
{
    const int Around = 2;
    const int MaxFiles = 1024;
    const long MaxFileBytes = 16 << 20;
    const int MaxLineLength = 200;

    readonly string _root = Path.GetFullPath(root);
    readonly Dictionary<string, string[]?> _files = [];

    /// <summary>A line with the two before and after it, each with its number; none where the file or the line is not there.</summary>
    public IReadOnlyList<(uint Number, string Text)> Read(string file, uint line)
    {
        if (!_files.TryGetValue(file, out var lines))
        {
            if (_files.Count == MaxFiles)
                return [];

            lines = Find(file) is { } path ? ReadLines(path) : null;
            _files.Add(file, lines);
        }

        if (lines is null || line == 0 || line > lines.Length)
            return [];

        var found = new List<(uint, string)>();
        for (var number = line > Around ? line - Around : 1; number <= Math.Min(line + Around, (uint)lines.Length); number++)
            found.Add((number, lines[number - 1]));
        return found;
    }

    // The longest end of the path that is there: "src/net/a.cc" before "a.cc".
    string? Find(string file)
    {
        var parts = Normalize(file);
        for (var start = 0; start < parts.Count; start++)
        {
            if (FindBelow(parts[start..]) is { } path)
                return path;
        }

        return null;
    }

    string? FindBelow(List<string> parts)
    {
        var path = _root;
        foreach (var part in parts)
        {
            path = Path.Combine(path, part);
            if (!Path.Exists(path) || (File.GetAttributes(path) & FileAttributes.ReparsePoint) != 0)
                return null;
        }

        return File.Exists(path) ? path : null;
    }

    // What is left has no "..", no drive, and none of "hg:host/repository:path:revision" but the path.
    static List<string> Normalize(string file)
    {
        var parts = new List<string>();
        var path = file.Split(':') is [_, _, var inRepository, _] ? inRepository : file;
        foreach (var part in path.Split('/', '\\'))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "." or "..") && !part.Contains(':', StringComparison.Ordinal) && !part.Any(char.IsControl))
                parts.Add(part);
        }

        return parts;
    }

    static string[]? ReadLines(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (!file.CanSeek || file.Length > MaxFileBytes)
                return null;

            using var text = new StreamReader(file, Encoding.UTF8);
            var lines = new List<string>();
            while (text.ReadLine() is { } line)
                lines.Add(line.Length <= MaxLineLength ? line : line[..MaxLineLength] + "…");
            return [.. lines];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
