using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Socorro.Configuration;

namespace Socorro.Conditions;

/// <summary>Reads what a condition wants of its value: the one comparison among the members of its JSON object.</summary>
static class ComparisonReader
{
    /// <summary>Every comparison by its members: those of one line go together, and the first is the one to look for.</summary>
    static readonly (string[] Members, Func<JsonNodeReader, Comparison> Read)[] Comparisons =
    [
        (["exists"], node => new Comparison.Exists(node.ReadFlag("exists"))),
        (["equals"], node => new Comparison.OneOf(ReadSet(node, [node.ReadText("equals")]))),
        (["in"], node => new Comparison.OneOf(ReadSet(node, node.ReadList("in", item => item.AsText())))),
        (["starts_with"], node => new Comparison.StartsWith(
            node.ReadText("starts_with"),
            IgnoresCase(node) ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)),
        (["matches"], ReadExpression),
        (["text_below"], node => new Comparison.TextBelow(node.ReadText("text_below"))),
        (["at_least", "at_most"], node => new Comparison.NumberBetween(
            node.Find("at_least") is null ? long.MinValue : node.ReadCount("at_least"),
            node.Find("at_most") is null ? long.MaxValue : node.ReadCount("at_most"))),
        (["version_at_least", "version_below"], node => new Comparison.VersionBetween(
            ReadVersion(node, "version_at_least"), ReadVersion(node, "version_below"))),
        (["built_days_ago"], node => new Comparison.BuiltDaysAgo(node.ReadCount("built_days_ago"))),
    ];

    public static Comparison Read(JsonNodeReader node, ConditionScope scope)
    {
        var found = Comparisons.Where(comparison => comparison.Members.Any(member => node.Find(member) is not null)).ToList();
        if (found is not [var (members, read)])
        {
            var all = string.Join(", ", Comparisons.SelectMany(comparison => comparison.Members));
            node.Fault($"has {(found is [] ? "none" : "several")} of all, any, not, {all}");
            return new Comparison.Exists(true);
        }

        string[] subjects = scope == ConditionScope.Submission ? ["annotation"] : ["annotation", "report", "field"];
        node.AllowOnly([.. subjects, "path", "default", "ignore_case", .. members]);
        return read(node);
    }

    public static bool IgnoresCase(JsonNodeReader node) => node.Find("ignore_case") is not null && node.ReadFlag("ignore_case");

    static FrozenSet<string> ReadSet(JsonNodeReader node, IReadOnlyList<string> texts) =>
        texts.ToFrozenSet(IgnoresCase(node) ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    static VersionNumber? ReadVersion(JsonNodeReader node, string member)
    {
        if (node.Find(member) is null)
            return null;

        var text = node.ReadText(member);
        if (!VersionNumber.TryParse(text, out var version))
            node.Fault($"{member} \"{text}\" is not a version");

        return version;
    }

    static Comparison ReadExpression(JsonNodeReader node) =>
        TryReadExpression(node, "matches", out var expression)
            ? new Comparison.Matches(expression)
            : new Comparison.Exists(true);

    /// <summary>Reads an expression of the kind that never backtracks.</summary>
    public static bool TryReadExpression(JsonNodeReader node, string member, [NotNullWhen(true)] out Regex? expression)
    {
        var text = node.ReadText(member);
        var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
        try
        {
            expression = new(text, IgnoresCase(node) ? options | RegexOptions.IgnoreCase : options);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            node.Fault($"{member} \"{text}\" can't be used: {e.Message}");
            expression = null;
            return false;
        }
    }
}
