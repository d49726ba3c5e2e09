using System.Text.Json;
using Socorro.Tests.Storage;

namespace Socorro.Tests.EndToEnd;

/// <summary>An operator declares fields in a file of his own and starts the built executable with it: no code is written.</summary>
public sealed class OwnFieldsTests : IDisposable
{
    const string Declarations =
        """
        [
          { "name": "level", "type": "integer", "public": true, "annotations": ["Level"],
            "search": "integer", "show": "Game/Level", "about": "The level that was played." },
          { "name": "player", "type": "string", "public": false, "annotations": ["Player"],
            "show": "Game/Player", "about": "Who played." },
          { "name": "store", "type": "string", "public": true, "show": "Game/Store", "about": "Where it was bought.",
            "from": [ { "annotation": "Player", "match": "@(?<value>[a-z]+)$", "table": { "st": "Steam" } } ], "default": "none" }
        ]
        """;

    readonly TemporaryFolder _folder = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task They_are_copied_shown_and_documented()
    {
        await using var server = await StartAsync(Declarations);
        var dump = await File.ReadAllBytesAsync(Path.Combine(Checkout.Root, "test", "Data", "minidump2.dmp"), Cancel);

        var report = await server.ReportAsync(dump, [("Level", "12"), ("Player", "ann@st")], Cancel);

        Assert.Matches(@"Level</dt>\s*<dd>\s*12\b", report);
        Assert.Matches(@"Store</dt>\s*<dd>\s*Steam\b", report);
        // Nobody has signed in: the protected field is kept, and with it the annotation that both are made from.
        Assert.DoesNotContain("ann@st", report, StringComparison.Ordinal);
        var fields = await server.Http.GetStringAsync("/fields/", Cancel);
        Assert.Matches(@"(?s)<tr id=""level"">.{1,200}integer</td>.{1,100}The level that was played\.", fields);
        Assert.Matches(@"(?s)<tr id=""player"">.{1,200}protected", fields);
        var schema = JsonElement.Parse(await server.Http.GetStringAsync("/api/openapi.json", Cancel))
            .GetProperty("components").GetProperty("schemas").GetProperty("ProcessedCrash").GetProperty("properties");
        Assert.Equal("The level that was played.", schema.GetProperty("level").GetProperty("description").GetString());
        Assert.False(schema.GetProperty("level").GetProperty("x-protected").GetBoolean());
        Assert.True(schema.GetProperty("player").GetProperty("x-protected").GetBoolean());
    }

    [Fact]
    public async Task Mistakes_stop_the_start_all_named_at_once()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(
            """
            [
              { "name": "level", "type": "int", "public": true, "annotations": ["Level"], "about": "x" },
              { "name": "score", "type": "integer", "annotations": ["Score"], "about": "x" }
            ]
            """));

        Assert.Contains("ended with 2", failure.Message, StringComparison.Ordinal);
        Assert.Contains("row 1 (level): type 'int' is none of string, integer", failure.Message, StringComparison.Ordinal);
        Assert.Contains("row 2 (score): public must be true or false", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_that_is_not_there_stops_the_start()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(
            """[{ "name": "level", "type": "integer", "public": true, "rule": "Lvl", "about": "x" }]"""));

        Assert.Contains("row 1 (level): there is no rule 'Lvl', only Accessibility, ", failure.Message, StringComparison.Ordinal);
    }

    Task<ServerProcess> StartAsync(string fields)
    {
        var file = _folder.Of("own.json");
        File.WriteAllText(file, fields);
        return ServerProcess.StartAsync(_folder.Of("data"), ["--fields", file], Cancel);
    }
}
