using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Socorro.Crashes;
using Socorro.Processing;

namespace Socorro.Tests.Processing;

/// <summary>
/// What each rule does, a row of rows.json each: annotations, dumps (name and hash) and report in; members of the document
/// and notes out. A row that differs from other processors on purpose says why.
/// </summary>
public sealed class RuleRowsTests
{
    static readonly RuleRow[] All = ReadRows();

    public static TheoryData<int, string, string> Rows() =>
        [.. All.Index().Select(row => new TheoryDataRow<int, string, string>(row.Index, row.Item.Row, row.Item.Rule))];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Does_what_the_row_says(int index, string row, string rule)
    {
        _ = (row, rule);
        var given = All[index];
        var document = Pipelines.Process(InputOf(given), given.Ruleset == "mozilla" ? Pipelines.Mozilla : Pipelines.Default);
        var notes = Pipelines.NotesOf(document);

        foreach (var (path, expected) in given.Expect)
        {
            var actual = Find(document, path);
            Assert.True(
                JsonNode.DeepEquals(expected, actual),
                $"{path} is {actual?.ToJsonString() ?? "null"}, not {expected?.ToJsonString() ?? "null"}");
        }

        Assert.All(given.Notes, note => Assert.Contains(note, notes));
        Assert.DoesNotContain(notes, note => note.Contains("' failed: ", StringComparison.Ordinal));
    }

    static JsonNode? Find(JsonElement document, string path) =>
        path.Split('.').Aggregate(JsonSerializer.SerializeToNode(document), (at, name) => at?[name]);

    static CrashInput InputOf(RuleRow row)
    {
        var submitted = DateTimeOffset.Parse(row.Submitted, CultureInfo.InvariantCulture);
        DumpEntry[] dumps = [.. row.Dumps.Select(dump => new DumpEntry(dump.Key, 1, dump.Value))];
        return new()
        {
            Raw = Pipelines.Raw(row.Annotations, submitted, dumps),
            Walks = [.. WalksOf(row)],
            Attachments = row.MemoryReport is null
                ? new Dictionary<string, ReadOnlyMemory<byte>>()
                : new() { ["memory_report"] = Pipelines.Zip(Encoding.UTF8.GetBytes(row.MemoryReport.ToJsonString())) },
            Previous = row.Previous is null ? default : JsonSerializer.SerializeToElement(row.Previous),
        };
    }

    static IEnumerable<DumpWalk> WalksOf(RuleRow row)
    {
        if (row.Status is { } status)
            yield return new() { Name = CrashInput.MainDump, Status = status };
        else if (row.Report is not null || row.InDump.Count > 0)
            yield return Pipelines.Walked(row.Report?.ToJsonString() ?? "{}") with { Annotations = row.InDump };

        foreach (var (name, report) in row.Others)
            yield return Pipelines.Walked(report.ToJsonString(), name);
    }

    static RuleRow[] ReadRows() => JsonSerializer.Deserialize<RuleRow[]>(
        File.ReadAllBytes(Path.Combine(Checkout.Root, "test", "Socorro.Tests", "Processing", "rows.json")),
        JsonSerializerOptions.Web)!;

    sealed record RuleRow
    {
        public required string Row { get; init; }

        public required string Rule { get; init; }

        public string Ruleset { get; init; } = "default";

        public string Submitted { get; init; } = "2020-01-01T00:00:00+00:00";

        public Dictionary<string, string> Annotations { get; init; } = [];

        /// <summary>Annotations that the client wrote into its dump.</summary>
        public Dictionary<string, string> InDump { get; init; } = [];

        public Dictionary<string, string> Dumps { get; init; } = [];

        public JsonObject? Report { get; init; }

        /// <summary>How the walk of a dump without a report ended.</summary>
        public string? Status { get; init; }

        /// <summary>Reports of the other dumps, by name.</summary>
        public Dictionary<string, JsonObject> Others { get; init; } = [];

        /// <summary>What the attachment memory_report holds, which is compressed.</summary>
        public JsonNode? MemoryReport { get; init; }

        public JsonObject? Previous { get; init; }

        public Dictionary<string, JsonNode?> Expect { get; init; } = [];

        public string[] Notes { get; init; } = [];

        /// <summary>Why the row is not what other processors do; null where it is.</summary>
        public string? Differs { get; init; }
    }
}
