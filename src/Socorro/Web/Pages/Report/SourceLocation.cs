using System.Text.Json;

namespace Socorro.Web.Pages.Report;

/// <summary>
/// Where a frame's code stands: a path of the build machine, or a file in version control, which symbol files name as
/// <c>vcs:root/repository:path:revision</c>.
/// </summary>
/// <param name="Path">The whole path; empty when unknown.</param>
/// <param name="Line">Null when unknown.</param>
/// <param name="Url">Where a browser can read that line; null when we know of no such place.</param>
public readonly record struct SourceLocation(string Path, long? Line, string? Url)
{
    const int ShownParts = 3;

    public static SourceLocation Read(JsonElement frame) => Parse(frame.Text("file"), frame.Number("line"));

    public static SourceLocation Parse(string file, long? line)
    {
        if (file.Split(':') is not [var system, var repository, { Length: > 0 } path, var revision] || system.Length < 2)
            return new(file, line, null);

        var anchor = line is null ? "" : $"#{(system == "hg" ? "l" : "L")}{line}";
        return new(path, line, (system, Host(repository)) switch
        {
            ("git", "github.com") => $"https://{Escape(repository)}/blob/{Escape(revision)}/{Escape(path)}{anchor}",
            ("hg", "hg.mozilla.org") => $"https://{Escape(repository)}/file/{Escape(revision)}/{Escape(path)}{anchor}",
            _ => null,
        });
    }

    /// <summary>The end of the path, which tells files apart where the beginning is the build machine's.</summary>
    public string Short
    {
        get
        {
            var parts = Path.Split('/', '\\');
            var end = parts.Length <= ShownParts ? Path : $"…/{string.Join('/', parts[^ShownParts..])}";
            return Line is { } line ? $"{end}:{line}" : end;
        }
    }

    public string Full => Line is { } line ? $"{Path}:{line}" : Path;

    static string Host(string repository) => repository.Split('/', 2)[0];

    static string Escape(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
