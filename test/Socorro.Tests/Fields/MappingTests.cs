using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Fields;
using Socorro.Processing;
using Socorro.Tests.Processing;
using Socorro.Tests.Storage;

namespace Socorro.Tests.Fields;

/// <summary>Fields that are cut, looked up and chosen by their declaration alone.</summary>
public sealed class MappingTests : IDisposable
{
    const string Report =
        """
        {"pid":7,"system_info":{"os":"Linux","cpu_count":4},"modules":[{"filename":"a.exe"},{"filename":"nvoglv64.dll"}]}
        """;

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("string", """[{"annotation": "Level"}]""", "\"cave-12\"")]
    [InlineData("string", """[{"annotation": "None"}, {"annotation": "Level"}]""", "\"cave-12\"")]
    [InlineData("integer", """[{"annotation": "Level", "match": "-([0-9]+)$"}]""", "12")]
    [InlineData("string", """[{"annotation": "Level", "match": "[a-z]+"}]""", "\"cave\"")]
    [InlineData("string", """[{"annotation": "Level", "match": "(c)(?<value>.*)-"}]""", "\"ave\"")]
    [InlineData("string", """[{"annotation": "Level", "match": "CAVE", "ignore_case": true}]""", "\"cave\"")]
    [InlineData("string", """[{"annotation": "Level", "match": "tower"}]""", null)]
    [InlineData("integer", """[{"annotation": "Level", "match": "([a-z]+)"}, {"value": "9"}]""", "9")]
    [InlineData("boolean", """[{"annotation": "Hud", "table": {"shown": "true", "hidden": "false"}}]""", "true")]
    [InlineData("boolean", """[{"annotation": "Hud", "table": {"SHOWN": "true"}, "ignore_case": true}]""", "true")]
    [InlineData("boolean", """[{"annotation": "Hud", "table": {"hidden": "false"}}]""", null)]
    [InlineData("string", """[{"annotation": "Settings", "path": ["gpu", "name"]}]""", "\"Fast\"")]
    [InlineData("list", """[{"annotation": "Settings", "path": ["mods"]}]""", "[1,2]")]
    [InlineData("string", """[{"report": "system_info.os"}]""", "\"Linux\"")]
    [InlineData("integer", """[{"report": "system_info.cpu_count"}]""", "4")]
    [InlineData("string", """[{"report": "system_info.cpu_count"}]""", "\"4\"")]
    [InlineData("string", """[{"report": "modules.1.filename"}]""", "\"nvoglv64.dll\"")]
    [InlineData("string", """[{"report": "modules.2.filename"}]""", null)]
    [InlineData("string", """[{"report": "modules.*.filename", "match": "^(nv|amd)"}]""", "\"nv\"")]
    [InlineData("string", """[{"report": "modules.0.filename", "when": {"report": "modules.0", "exists": true}}]""", "\"a.exe\"")]
    [InlineData("string", """[{"field": "product", "table": {"Caves": "caving"}}]""", "\"caving\"")]
    [InlineData("string", """[{"annotation": "Level", "when": {"field": "product", "equals": "Towers"}}, {"value": "x"}]""", "\"x\"")]
    [InlineData("string", """[{"annotation": "Level", "when": {"report": "system_info.os", "in": ["Linux"]}}]""", "\"cave-12\"")]
    [InlineData("string", """[{"annotation": "Level", "when": {"all": [{"annotation": "Hud", "exists": true}, {"field": "version", "version_below": "2"}]}}]""", "\"cave-12\"")]
    public void The_first_step_that_gives_a_value_of_the_type_counts(string type, string steps, string? expected) =>
        Assert.Equal(expected, Process(Declare("x", type, steps)).Document.TryGetProperty("x", out var value) ? value.GetRawText() : null);

    [Fact]
    public void Where_no_step_gives_one_the_default_does()
    {
        var (document, _) = Process(Declare("x", "string", """[{"annotation": "None"}]""", """ "default": "nowhere", """));

        Assert.Equal("nowhere", document.GetProperty("x").GetString());
    }

    [Fact]
    public void A_value_that_is_not_of_the_type_is_noted_without_it()
    {
        var (document, run) = Process(Declare("x", "integer", """[{"annotation": "Level"}]"""));

        Assert.Contains("Map x: Level is no integer", Pipelines.NotesOf(document));
        Assert.Equal(("Map x", null), (run.Rule, run.Failure));
    }

    [Fact]
    public void Is_explained_like_a_rule()
    {
        var (_, run) = Process(Declare("x", "string", """[{"annotation": "Level", "when": {"field": "product", "equals": "Caves"}}]"""));

        Assert.Equal(["Level", "product"], run.Used.Order(StringComparer.Ordinal));
        Assert.Equal(["x"], run.Written);
    }

    [Fact]
    public void A_mapping_may_read_what_an_earlier_one_wrote()
    {
        var (document, _) = Process(
            Declare("x", "string", """[{"annotation": "Level", "match": "[a-z]+"}]"""),
            Declare("y", "string", """[{"field": "x", "table": {"cave": "underground"}}]"""));

        Assert.Equal("underground", document.GetProperty("y").GetString());
    }

    [Fact]
    public void Every_mistake_is_named_with_its_place_and_what_is_allowed()
    {
        var file = Write(
            Declare("a", "string", """[{"annotaton": "Level"}]"""),
            Declare("b", "string", """[{"annotation": "Level", "match": "(("}, {"value": 7}]"""),
            Declare("c", "string", "[]"),
            Declare("d", "string", """[{"annotation": "A", "field": "product"}]"""),
            Declare("e", "string", """[{"report": "modules..x"}]"""),
            Declare("f", "string", """[{"annotation": "A", "when": {"field": "product"}}]"""),
            Declare("g", "string", """[{"annotation": "A", "table": {"x": 1}}]"""),
            Declare("h", "string", """[{"annotation": "Comments"}]"""),
            Declare("i", "string", """[{"field": "user_comments"}]"""),
            Declare("j", "object", """[{"field": "json_dump"}]"""),
            Declare("k", "object", """[{"report": "crash_info.memory_accesses.0"}]"""),
            Declare("l", "string", """[{"report": "modules.*.filename"}]"""));

        var errors = Assert.Throws<FieldsException>(() => FieldSet.Load([file])).Errors;

        Assert.Equal(
            [
                $"{file}, row 1 (a): from[0]: \"annotaton\" is none of annotation, report, field, value, path, when, match, table, ignore_case",
                $"{file}, row 1 (a): from[0]: must have one of annotation, report, field, value",
                $"{file}, row 2 (b): from[0]: match \"((\" can't be used: Invalid pattern '((' at offset 2. Not enough )'s.",
                $"{file}, row 2 (b): from[1].value: is not a text",
                $"{file}, row 3 (c): from has no steps",
                $"{file}, row 4 (d): from[0]: must have one of annotation, report, field, value",
                $"{file}, row 5 (e): from[0]: report is not a path such as crash_info.type or modules.*.filename",
                $"{file}, row 6 (f): from[0].when: has none of all, any, not, exists, equals, in, starts_with, matches, text_below, "
                    + "at_least, at_most, version_at_least, version_below, built_days_ago",
                $"{file}, row 7 (g): from[0].table.x: is not a text",
                $"{file}, row 8 (h): annotation Comments feeds user_comments, which is protected",
                $"{file}, row 9 (i): copies user_comments, not all of which is public, and is public itself",
                $"{file}, row 10 (j): copies json_dump, not all of which is public, and is public itself",
                $"{file}, row 11 (k): copies report.crash_info.memory_accesses.0, not all of which is public, and is public itself",
            ],
            errors);
    }

    [Fact]
    public void A_field_that_nothing_before_it_writes_is_an_error_with_its_place()
    {
        var file = Write(Declare("x", "string", """[{"field": "y"}]"""), Declare("y", "string", """[{"value": "1"}]"""));
        var fields = FieldSet.Load([file]);

        Assert.Equal(
            [$"{file}, row 1 (x) reads y, which nothing before it writes"],
            Assert.Throws<RulesetException>(() => Create(fields)).Errors);
    }

    /// <summary>A part of it may be public, but what the client sent is not for that reason.</summary>
    [Fact]
    public void What_a_value_is_cut_out_of_stays_protected()
    {
        var fields = FieldSet.Load(
            [Write(Declare("x", "string", """[{"annotation": "Level", "match": "[a-z]+"}, {"annotation": "Plain"}, {"annotation": "Json", "path": ["a"]}]"""))]);

        Assert.True(fields.DeclaresAnnotation("Level"));
        Assert.False(fields.IsPublicAnnotation("Level"));
        Assert.False(fields.IsPublicAnnotation("Json"));
        Assert.True(fields.IsPublicAnnotation("Plain"));
    }

    static string Declare(string name, string type, string steps, string more = "") =>
        $$"""{ "name": "{{name}}", "type": "{{type}}", "public": true, "from": {{steps}},{{more}} "about": "For a test." }""";

    static PipelineChoice Create(FieldSet fields) => PipelineChoice.Create(
        new() { Fields = fields }, Pipelines.Signatures, Pipelines.Metrics, TimeProvider.System, NullLoggerFactory.Instance);

    (JsonElement Document, RuleRun Run) Process(params string[] rows)
    {
        var input = Pipelines.Crash(
            ("ProductName", "Caves"),
            ("Version", "1.2"),
            ("Level", "cave-12"),
            ("Hud", "shown"),
            ("Settings", """{"gpu":{"name":"Fast"},"mods":[1,2]}""")) with
        {
            Walks = [Pipelines.Walked(Report)],
        };
        var result = Create(FieldSet.Load([Write(rows)])).Default.Run(input);
        return (JsonElement.Parse(result.Crash.Json.Span), result.Rules[^1]);
    }

    string Write(params string[] rows)
    {
        var file = _folder.Of("own-fields.json");
        File.WriteAllText(file, $"[{string.Join(",\n", rows)}]");
        return file;
    }
}
