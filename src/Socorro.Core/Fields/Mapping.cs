using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Socorro.Conditions;

namespace Socorro.Fields;

/// <summary>One way to come by a field's value: take it from somewhere, and perhaps cut it, look it up, or ask first.</summary>
public sealed record MappingStep
{
    public required Subject From { get; init; }

    /// <summary>What must be so for the step to be tried; null for nothing.</summary>
    public Condition? When { get; init; }

    /// <summary>
    /// What must be found in the value. The group named value is taken, or the first one, or all that was found; null takes the
    /// value as it is.
    /// </summary>
    public Regex? Match { get; init; }

    /// <summary>What stands for each value that there may be; null when the value stands for itself.</summary>
    public FrozenDictionary<string, string>? Table { get; init; }

    /// <summary>Whether it hands on all of the value as it is.</summary>
    public bool IsCopy => Match is null && Table is null && From is not Subject.Annotation { Path.Count: > 0 };

    /// <summary>The first value that passes; null when none does.</summary>
    public string? Find(Facts facts) => When?.Holds(facts) == false
        ? null
        : From.FindAll(facts).Select(value => LookUp(Cut(value.Text))).FirstOrDefault(text => text is not null);

    public override string ToString() =>
        $"{From}{(Match is null ? "" : $" (what matches {Match})")}{(Table is null ? "" : " (by a table)")}{(When is null ? "" : " (on a condition)")}";

    string? Cut(string text)
    {
        if (Match is null)
            return text;

        var found = Match.Match(text);
        if (!found.Success)
            return null;

        return found.Groups.TryGetValue("value", out var named) ? named.Value : found.Groups[found.Groups.Count > 1 ? 1 : 0].Value;
    }

    string? LookUp(string? text) => text is null || Table is null ? text : Table.GetValueOrDefault(text);
}
