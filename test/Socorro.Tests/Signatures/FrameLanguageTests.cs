using Socorro.Signatures;
using Socorro.Signatures.Frames;
using Socorro.Signatures.Lists;

namespace Socorro.Tests.Signatures;

/// <summary>How functions of each language are spelled: languages.txt says it.</summary>
public sealed class FrameLanguageTests
{
    const string Stacks = "javascript stacks";

    static readonly FrameNormalizer Normalizer = new(new PatternList([]), SignatureMode.Corrected);

    static readonly SignatureGenerator Generator = new(SignatureLists.BuiltIn);

    public static IEnumerable<TheoryDataRow<string, string?, string>> Functions() =>
        from section in Sections()
        where section.Title[0] != Stacks
        from row in section.Rows
        from file in section.Title is [_, .. var files] && files.Length > 0 ? files : ["none"]
        select new TheoryDataRow<string, string?, string>(row[0], file == "none" ? null : file, row[1].Trim());

    public static IEnumerable<TheoryDataRow<string, string>> JavaScriptStacks() =>
        from section in Sections()
        where section.Title[0] == Stacks
        from row in section.Rows
        select new TheoryDataRow<string, string>(row[0].Replace("\\n", "\n").Replace("\\\\", "\\"), row[1].Trim());

    [Theory]
    [MemberData(nameof(Functions))]
    public void Spells_a_function_by_the_rules_of_its_language(string function, string? file, string expected) =>
        Assert.Equal(expected, Spell(function, file));

    [Theory]
    [MemberData(nameof(Functions))]
    public void Spells_what_is_spelled_as_it_is(string function, string? file, string expected)
    {
        var language = FrameLanguages.Refine(FrameLanguages.Of(file, SignatureMode.Corrected), function);

        Assert.Equal(expected, Normalizer.Normalize(expected, null, language));
    }

    [Theory]
    [MemberData(nameof(JavaScriptStacks))]
    public void Names_a_javascript_crash_without_native_stack_by_error_and_function(string trace, string expected) =>
        Assert.Equal(expected, Generator.Generate(new() { JavaScriptStackTrace = trace }).Text);

    static string Spell(string function, string? file) =>
        Normalizer.Normalize(new() { Function = function, File = file, UnloadedModules = [] });

    static IEnumerable<(string[] Title, IEnumerable<string[]> Rows)> Sections() =>
        from section in File.ReadAllText(Path.Combine(Checkout.Root, "test", "Socorro.Tests", "Signatures", "languages.txt")).Split("\n## ").Skip(1)
        let lines = section.TrimEnd('\n').Split('\n')
        select (lines[0].Split(" | "), lines.Skip(1).Chunk(2));
}
