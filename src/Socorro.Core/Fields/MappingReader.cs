using System.Collections.Frozen;
using System.Text.Json;
using Socorro.Conditions;
using Socorro.Configuration;

namespace Socorro.Fields;

/// <summary>Reads the steps of a field's <c>from</c>.</summary>
static class MappingReader
{
    static readonly string[] Sources = ["annotation", "report", "field", "value"];

    public static IReadOnlyList<MappingStep> Read(JsonElement row, Action<string> refuse)
    {
        var errors = new List<string>();
        var steps = new JsonNodeReader(row, "", errors).ReadList("from", ReadStep);
        if (steps.Count == 0 && errors.Count == 0)
            errors.Add("from has no steps");

        errors.ForEach(refuse);
        return steps;
    }

    static MappingStep ReadStep(JsonNodeReader node)
    {
        node.AllowOnly([.. Sources, "path", "when", "match", "table", "ignore_case"]);
        return new()
        {
            From = ReadSource(node),
            When = node.Find("when") is { } when ? ConditionReader.Read(when, ConditionScope.Processing) : null,
            Match = node.Find("match") is not null && ComparisonReader.TryReadExpression(node, "match", out var expression) ? expression : null,
            Table = node.Find("table") is { } table
                ? table.ReadMembers().ToFrozenDictionary(
                    member => member.Name,
                    member => table.ReadText(member.Name),
                    ComparisonReader.IgnoresCase(node) ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal)
                : null,
        };
    }

    static Subject ReadSource(JsonNodeReader node)
    {
        if (Sources.Count(source => node.Find(source) is not null) != 1)
        {
            node.Fault($"must have one of {string.Join(", ", Sources)}");
            return new Subject.Constant("");
        }

        return node.Find("value") is not null
            ? new Subject.Constant(node.ReadText("value"))
            : ConditionReader.ReadSubject(node, ConditionScope.Processing);
    }
}
