using System.Text;
using Socorro.Fields;
using Socorro.Tests.Storage;

namespace Socorro.Tests.Fields;

/// <summary>docs/fields.md says what is declared. Run with UPDATE_SNAPSHOTS=1 to rewrite it, then read the diff.</summary>
public sealed class FieldDocumentTests
{
    const string Introduction =
        """
        # Fields of a processed crash

        Written from the field declarations by a test; see [processing.md](processing.md) for how to add one. *Source* is the
        annotation that is copied, the place in the stack walker's report, or the rule that writes it. *P* marks protected fields.


        """;

    [Fact]
    public void The_list_of_fields_is_up_to_date()
    {
        var path = Path.Combine(Checkout.Root, "docs", "fields.md");
        var text = Describe(FieldSet.Default);
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
            File.WriteAllText(path, text);

        Assert.Equal(text, File.Exists(path) ? File.ReadAllText(path) : "");
    }

    [Fact]
    public void The_examples_of_the_documentation_can_be_used()
    {
        var text = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "processing.md"));
        var examples = text.Split("```json\n")[1..].Select(rest => rest.Split("```")[0]).ToList();
        using var folder = new TemporaryFolder();

        Assert.Equal(2, examples.Count);
        Assert.All(examples, example =>
        {
            var file = folder.Of("own.json");
            File.WriteAllText(file, example);
            FieldSet.Load([file]);
        });
    }

    static string Describe(FieldSet fields)
    {
        var text = new StringBuilder(Introduction.ReplaceLineEndings("\n"));
        text.Append("| field | type | P | source | search | meaning |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (var field in fields.All)
        {
            text.Append("| ").AppendJoin(
                " | ",
                $"`{field.Name}`",
                field.Type.ToString().ToLowerInvariant(),
                field.IsPublic ? "" : "P",
                field.Source.ToString()!,
                DescribeSearch(field.Search, field.Name),
                field.About).Append(" |\n");
        }

        return text.ToString();
    }

    static string DescribeSearch(FieldSearch? search, string field) => search switch
    {
        null => "",
        _ when search.Name == field => search.Type.ToString().ToLowerInvariant(),
        _ => $"{search.Type.ToString().ToLowerInvariant()} as `{search.Name}`",
    };
}
