using System.Reflection;

namespace Socorro.Signatures.Lists;

/// <summary>
/// Four list files from one place: what comes with Socorro, a product's, or an operator's. A later layer adds entries to those
/// before it, and takes one back with a line <c>!entry</c>.
/// </summary>
/// <param name="Name">Where it is, for messages.</param>
/// <param name="Files">The texts of the files that are there, by file name.</param>
public sealed record Layer(string Name, IReadOnlyDictionary<string, string> Files)
{
    public const string Irrelevant = "irrelevant.txt";
    public const string Prefix = "prefix.txt";
    public const string Sentinels = "sentinels.txt";
    public const string LineNumbers = "line_numbers.txt";

    /// <summary>A file beside the lists whose first line is what people call this state of them.</summary>
    public const string Revision = "version.txt";

    public static readonly IReadOnlyList<string> FileNames = [Irrelevant, Prefix, Sentinels, LineNumbers];

    const int MaxTitle = 60;

    static readonly Lazy<Layer> Embedded = new(ReadEmbedded);

    /// <summary>The lists that come with Socorro: systems, language runtimes, allocators and libraries that everybody uses.</summary>
    public static Layer BuiltIn => Embedded.Value;

    /// <summary>What people call it, with its revision.</summary>
    public string Title { get; init; } = Name;

    /// <summary>Reads the lists of a folder; one that is not there is empty.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="title">What people call it; the folder itself when null.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static Layer Read(string folder, string? title = null)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder {folder} with signature lists.");

        var revision = Path.Combine(folder, Revision);
        var suffix = File.Exists(revision) ? $" {File.ReadLines(revision).FirstOrDefault("").Trim()}" : "";
        var full = (title ?? folder) + suffix.TrimEnd();
        return new(folder, FileNames
            .Where(name => File.Exists(Path.Combine(folder, name)))
            .ToDictionary(name => name, name => File.ReadAllText(Path.Combine(folder, name))))
        {
            Title = full.Length <= MaxTitle ? full : full[..MaxTitle],
        };
    }

    static Layer ReadEmbedded()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return new("built-in", FileNames.ToDictionary(name => name, name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream($"Signatures.{name}")!);
            return reader.ReadToEnd();
        }));
    }
}
