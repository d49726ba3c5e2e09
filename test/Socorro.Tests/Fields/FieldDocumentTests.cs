using System.Text;
using Socorro.Fields;

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
                DescribeSource(field.Source),
                DescribeSearch(field.Search, field.Name),
                field.About).Append(" |\n");
        }

        return text.ToString();
    }

    static string DescribeSource(FieldSource source) => source switch
    {
        FieldSource.Annotation copied => string.Join(", ", copied.Names),
        FieldSource.Report report => $"report `{string.Join('.', report.Path)}`",
        FieldSource.Rule { Annotations: [] } rule => $"rule {rule.Name}",
        FieldSource.Rule rule => $"rule {rule.Name}, from {string.Join(", ", rule.Annotations)}",
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, "no such source"),
    };

    static string DescribeSearch(FieldSearch? search, string field) => search switch
    {
        null => "",
        _ when search.Name == field => search.Type.ToString().ToLowerInvariant(),
        _ => $"{search.Type.ToString().ToLowerInvariant()} as `{search.Name}`",
    };
}
