namespace Socorro.Tests;

/// <summary>C# in the documentation compiles, because it stands in a file that is compiled, line by line.</summary>
public sealed class DocumentationExamplesTests
{
    const string Begin = "```csharp\n";

    static readonly string[] Folders = ["src", "samples", "test"];

    [Fact]
    public void Each_example_is_code_that_is_compiled()
    {
        var sources = Folders.SelectMany(folder => Files(folder, "*.cs")).Select(Flatten).ToList();
        var examples = Folders.Prepend("docs").SelectMany(folder => Files(folder, "*.md"))
            .Concat(Directory.EnumerateFiles(Checkout.Root, "*.md"))
            .SelectMany(ExamplesOf)
            .ToList();

        Assert.True(examples.Count >= 5, $"only {examples.Count} examples were found");
        Assert.All(examples, example => Assert.True(
            sources.Exists(source => source.Contains(Flatten(example.Code.Split('\n')), StringComparison.Ordinal)),
            $"this example of {example.Page} is in no file that is compiled:\n{example.Code}"));
    }

    static IEnumerable<(string Page, string Code)> ExamplesOf(string page) =>
        File.ReadAllText(page).Split(Begin).Skip(1).Select(rest => (Path.GetFileName(page), rest.Split("\n```")[0]));

    static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Checkout.Root, folder), pattern, SearchOption.AllDirectories);

    static string Flatten(string file) => Flatten(File.ReadAllLines(file));

    /// <summary>Where a line begins is of no account, nor what the example imports: files have that apart.</summary>
    static string Flatten(IEnumerable<string> lines)
    {
        var trimmed = lines.Select(line => line.Trim());
        return $"\n{string.Join('\n', trimmed.SkipWhile(line => line.Length == 0 || IsImport(line)))}\n";
    }

    static bool IsImport(string line) => line.StartsWith("using ", StringComparison.Ordinal) && line.EndsWith(';') && !line.Contains('=');
}
