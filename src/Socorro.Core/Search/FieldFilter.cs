using System.Globalization;
using System.Text.Json;
using Socorro.Fields;

namespace Socorro.Search;

/// <summary>
/// All that is asked of one field: any of the values, none of the negated ones, and every end of a range.
/// </summary>
public sealed class FieldFilter
{
    readonly FieldSearch _search;
    readonly List<(FieldCondition Condition, Func<string, bool>? Text)> _any = [];
    readonly List<(FieldCondition Condition, Func<string, bool>? Text)> _all = [];

    internal FieldFilter(Field field, FieldSearch search, IReadOnlyList<FieldCondition> conditions)
    {
        Field = field;
        _search = search;
        Conditions = conditions;
        foreach (var condition in conditions)
        {
            var text = condition is FieldCondition.Text wanted ? TextMatch.For(wanted, search.Split) : null;
            (condition.Narrows ? _all : _any).Add((condition, text));
        }
    }

    public Field Field { get; }

    /// <summary>The search parameter.</summary>
    public string Name => _search.Name;

    public IReadOnlyList<FieldCondition> Conditions { get; }

    /// <summary>Whether a value of the field is wanted; undefined and null are no value.</summary>
    internal bool Matches(JsonElement value) =>
        (_any.Count == 0 || _any.Exists(one => Holds(one.Condition, one.Text, value)))
        && _all.TrueForAll(one => Holds(one.Condition, one.Text, value));

    static bool Holds(FieldCondition condition, Func<string, bool>? text, JsonElement value) =>
        condition.IsNegated != condition switch
        {
            FieldCondition.Missing => IsMissing(value),
            FieldCondition.Text => Any(value, one => ReadText(one) is { } found && text!(found)), // set with the condition
            FieldCondition.Number wanted => Any(value, one => ReadNumber(one) is { } found && Compare(wanted, found)),
            FieldCondition.Truth wanted => Any(value, one => ReadTruth(one) == wanted.Value),
            _ => throw new InvalidOperationException($"{condition} can't be asked"),
        };

    static bool IsMissing(JsonElement value) =>
        value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null
        || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0);

    /// <summary>Of a list, each item is a value.</summary>
    static bool Any(JsonElement value, Func<JsonElement, bool> holds) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Any(holds) : holds(value);

    static string? ReadText(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.Undefined or JsonValueKind.Null => null,
                JsonValueKind.String => value.GetString(),
                _ => value.GetRawText(),
            };
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, which is valid JSON and no text.
            return value.GetRawText();
        }
    }

    /// <summary>Some numbers, such as build ids, are kept as the text that the client sent.</summary>
    static decimal? ReadNumber(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetDecimal(out var number) ? number : null,
        JsonValueKind.String =>
            decimal.TryParse(ReadText(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null,
        _ => null,
    };

    static bool? ReadTruth(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => ReadText(value) switch { "1" or "true" => true, "0" or "false" => false, _ => null },
        JsonValueKind.Number => value.TryGetDecimal(out var number) ? number != 0 : null,
        _ => null,
    };

    static bool Compare(FieldCondition.Number wanted, decimal found) => wanted.Operator switch
    {
        NumberOperator.Equal => found == wanted.Value,
        NumberOperator.Less => found < wanted.Value,
        NumberOperator.LessOrEqual => found <= wanted.Value,
        NumberOperator.Greater => found > wanted.Value,
        NumberOperator.GreaterOrEqual => found >= wanted.Value,
        _ => throw new InvalidOperationException($"{wanted.Operator} can't be asked"),
    };
}
