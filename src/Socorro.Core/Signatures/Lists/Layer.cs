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

    public static readonly IReadOnlyList<string> FileNames = [Irrelevant, Prefix, Sentinels, LineNumbers];

    static readonly Lazy<Layer> Embedded = new(ReadEmbedded);

    /// <summary>The lists that come with Socorro: systems, language runtimes, allocators and libraries that everybody uses.</summary>
    public static Layer BuiltIn => Embedded.Value;

    /// <summary>Reads the lists of a folder; one that is not there is empty.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static Layer Read(string folder)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder {folder} with signature lists.");

        return new(folder, FileNames
            .Where(name => File.Exists(Path.Combine(folder, name)))
            .ToDictionary(name => name, name => File.ReadAllText(Path.Combine(folder, name))));
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
