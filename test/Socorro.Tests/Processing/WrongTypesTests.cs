using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Fields;
using Socorro.Minidumps;
using Socorro.Minidumps.Symbols;
using Socorro.Processing;

namespace Socorro.Tests.Processing;

/// <summary>One value of the wrong type never stops the others, whatever it is and wherever.</summary>
public sealed class WrongTypesTests
{
    static readonly string[] Texts =
    [
        "", " ", "7", "-1", "1.5", "1e999", "nan", "true", "None", "null", "{}", "[]", "[null]", "{", "\"", "{\"exception\":7}",
        "{\"values\":[{}]}", "[{\"timestamp\":[]}]", "{\"partner\":{\"distributionId\":[1]}}", "9223372036854775808", "%zz,:", "a\ud800", "é\n\t",
        "java.lang.X: y\n\tat a.b(C.java:1)", "shutdownhang | x",
    ];

    static readonly string[] Values =
    [
        "null", "true", "7", "-1", "1.5", "1e300", "9223372036854775808", "\"\"", "\"x\"", "\"0x7\"", "[]", "[null]", "[[]]", "{}",
        "{\"x\":[]}",
    ];

    /// <summary>Members that this processor's own walker gives for no dump at hand, and others' may.</summary>
    const string More =
        """
        {"mac_crash_info":{"num_records":2,"records":[{"x":"y"}]},"mac_boot_args":"-v","soft_errors":[{"a":1}],
         "lsb_release":{"description":"Debian 12"},"crash_info":{"possible_bit_flips":[{"confidence":0.5}],
         "memory_accesses":[{"is_likely_guard_page":true}],"adjusted_address":{"kind":"non-canonical","address":"0x1"},
         "instruction_pointer_update":{"is_likely_guard_page":false},"crash_inconsistencies":["x"]}}
        """;

    static readonly string[] Annotations =
        [.. FieldSet.Default.All.SelectMany(field => field.Annotations).Distinct().Where(name => name != "ProductName")];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void In_annotations()
    {
        for (var seed = 0; seed < 250; seed++)
        {
            var random = new Random(seed);
            var sent = Annotations.ToDictionary(name => name, _ => Texts[random.Next(Texts.Length)]);
            var changed = Annotations[random.Next(Annotations.Length)];
            var before = Process(sent, default, seed);
            sent[changed] = Texts[random.Next(Texts.Length)];
            var after = Process(sent, default, seed);

            // What is only copied from other annotations is as it was.
            foreach (var field in FieldSet.Default.All)
            {
                if (field.Source is FieldSource.Annotation && !field.Annotations.Contains(changed))
                    Assert.Equal(TextOf(before, field.Name), TextOf(after, field.Name));
            }
        }
    }

    [Fact]
    public async Task In_what_the_walk_of_a_dump_gave()
    {
        var dump = await File.ReadAllBytesAsync(Path.Combine(Checkout.Root, "test", "Data", "minidump2.dmp"), Cancel);
        var walker = new DumpWalker(SymbolStore.Empty, null, Limits.Default, Pipelines.Metrics, NullLogger<DumpWalker>.Instance);
        var walk = await walker.WalkAsync(CrashInput.MainDump, dump, ClientFacts.None, Cancel);
        var report = Merge(JsonNode.Parse(walk.Report.GetRawText())!.AsObject(), JsonNode.Parse(More)!.AsObject());
        var sent = new Dictionary<string, string> { ["Vendor"] = "v", ["UptimeTS"] = "1.5" };
        var paths = Places(report, []).ToList();
        for (var seed = 0; seed < 250; seed++)
        {
            var random = new Random(seed);
            var damaged = report.DeepClone().AsObject();
            for (var times = random.Next(1, 4); times > 0; times--)
                Replace(damaged, paths[random.Next(paths.Count)], Values[random.Next(Values.Length)]);

            var document = Process(sent, JsonSerializer.SerializeToElement(damaged), seed);

            Assert.Equal("\"v\"", TextOf(document, "vendor"));
            Assert.Equal("1.5", TextOf(document, "uptime_ts"));
        }
    }

    /// <summary>No rule fails, and every field is of its type.</summary>
    static JsonElement Process(Dictionary<string, string> annotations, JsonElement report, int seed)
    {
        var input = new CrashInput
        {
            Raw = Pipelines.Raw(new Dictionary<string, string>(annotations) { ["ProductName"] = "Firefox" }, DateTimeOffset.UnixEpoch),
            Walks = report.ValueKind == JsonValueKind.Undefined
                ? []
                : [new() { Name = CrashInput.MainDump, Status = DumpWalk.Ok, Report = report }],
        };
        var result = Pipelines.Of(Pipelines.Mozilla).Run(input);
        var document = JsonElement.Parse(result.Crash.Json.Span);

        Assert.All(result.Rules, run => Assert.True(run.Failure is null, $"seed {seed}: rule {run.Rule} failed with {run.Failure}"));
        foreach (var member in document.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
        {
            var type = FieldSet.Default.Find(member.Name)!.Type;
            Assert.True(
                FieldValue.IsOf(type, JsonSerializer.SerializeToNode(member.Value)), $"seed {seed}: {member.Name} is no {type}: {member.Value}");
        }

        return document;
    }

    static string TextOf(JsonElement document, string field) =>
        document.TryGetProperty(field, out var value) ? value.GetRawText() : "";

    static JsonObject Merge(JsonObject into, JsonObject more)
    {
        foreach (var (name, value) in more)
        {
            if (into[name] is JsonObject there && value is JsonObject inner)
                Merge(there, inner);
            else
                into[name] = value?.DeepClone();
        }

        return into;
    }

    /// <summary>Every member, and the first two items of every list.</summary>
    static IEnumerable<string[]> Places(JsonNode? node, string[] path) => node switch
    {
        JsonObject members => members.SelectMany(member => Inside(member.Value, [.. path, member.Key])),
        JsonArray items => items.Take(2).Index().SelectMany(item => Inside(item.Item, [.. path, $"{item.Index}"])),
        _ => [],
    };

    static IEnumerable<string[]> Inside(JsonNode? node, string[] path) => Places(node, path).Prepend(path);

    static void Replace(JsonObject report, string[] path, string value)
    {
        JsonNode? at = report;
        foreach (var step in path[..^1])
            at = at is JsonArray items ? items.ElementAtOrDefault(IndexOf(step)) : (at as JsonObject)?[step];

        // An earlier replacement may have taken the place away, or put a list where members were.
        if (at is JsonObject members)
            members[path[^1]] = JsonNode.Parse(value);
        else if (at is JsonArray list && IndexOf(path[^1]) is >= 0 and var index && index < list.Count)
            list[index] = JsonNode.Parse(value);

        static int IndexOf(string step) => int.TryParse(step, out var index) ? index : -1;
    }
}
