using Socorro.Configuration;

namespace Socorro.Conditions;

/// <summary>What the conditions of a file may look at.</summary>
enum ConditionScope
{
    /// <summary>What the client sent: nothing more is known when a crash arrives.</summary>
    Submission,

    /// <summary>The stack walker's report and the fields written so far as well.</summary>
    Processing,
}

/// <summary>Reads conditions, and what they look at, from their JSON.</summary>
static class ConditionReader
{
    const int MaxDepth = 16;

    public static Condition Read(JsonNodeReader node, ConditionScope scope) => Read(node, scope, 0);

    /// <summary>Reads what a value is taken from: the one of annotation, report and field that is there.</summary>
    public static Subject ReadSubject(JsonNodeReader node, ConditionScope scope)
    {
        var text = node.Find("default") is not null ? node.ReadText("default") : null;
        if (scope == ConditionScope.Processing && node.Find("report") is not null)
            return new Subject.Report(ReadPath(node, "report")) { Default = text };
        if (scope == ConditionScope.Processing && node.Find("field") is not null)
            return new Subject.Field(node.ReadText("field")) { Default = text };

        var path = node.Find("path") is not null ? node.ReadList("path", step => step.AsText()) : [];
        return new Subject.Annotation(node.ReadText("annotation"), path) { Default = text };
    }

    static Condition Read(JsonNodeReader node, ConditionScope scope, int depth)
    {
        if (depth == MaxDepth)
        {
            node.Fault($"conditions are nested more than {MaxDepth} deep");
            return new Condition.All([]);
        }

        if (node.Find("all") is not null)
            return new Condition.All(ReadConditions("all"));
        if (node.Find("any") is not null)
            return new Condition.Any(ReadConditions("any"));
        if (node.Find("not") is { } inner)
        {
            node.AllowOnly("not");
            return new Condition.Not(Read(inner, scope, depth + 1));
        }

        return new Condition.Test(ReadSubject(node, scope), ComparisonReader.Read(node, scope));

        IReadOnlyList<Condition> ReadConditions(string member) =>
            node.AllowOnly(member).ReadList(member, child => Read(child, scope, depth + 1));
    }

    static string[] ReadPath(JsonNodeReader node, string member)
    {
        var path = node.ReadText(member).Split('.');
        if (path.Contains(""))
            node.Fault($"{member} is not a path such as crash_info.type or modules.*.filename");

        return path;
    }
}
