using System.Globalization;
using Socorro.Fields;

namespace Socorro.Search;

/// <summary>Reads the parameters of Super Search. Everything is hostile: a query comes from an address.</summary>
sealed class CrashQueryReader(FieldSet fields, DateTimeOffset now)
{
    const int MaxLength = 16 * 1024;
    const int MaxValues = 200;
    const int MaxSuggestions = 5;

    readonly List<string> _errors = [];
    readonly Dictionary<string, (Field Field, List<FieldCondition> Conditions)> _filters = [];
    readonly DateBounds _dates = new(now);

    public IReadOnlyList<string> Errors => _errors;

    /// <summary>Null when there are <see cref="Errors"/>.</summary>
    public CrashQuery? Read(string text)
    {
        if (text.Length > MaxLength)
        {
            _errors.Add($"the query is longer than {MaxLength} characters");
            return null;
        }

        var parameters = Split(text);
        if (parameters.Count > MaxValues)
            _errors.Add($"the query has more than {MaxValues} values");

        foreach (var (name, value) in parameters.Take(MaxValues))
            ReadParameter(name, value);

        foreach (var (name, (_, conditions)) in _filters)
        {
            if (conditions.Count > 1 && conditions.Contains(new FieldCondition.Missing(IsNegated: false)))
                _errors.Add($"{name}: {FieldCondition.Null} can't be combined with other values");
        }

        var dates = _dates.Resolve(_errors);
        return _errors.Count > 0
            ? null
            : new(dates, [.. _filters.Values.Select(filter => new FieldFilter(filter.Field, filter.Field.Search!, filter.Conditions))]);
    }

    static List<(string Name, string Value)> Split(string text)
    {
        var query = text.Trim();
        if (Uri.TryCreate(query, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            query = address.Query;

        return
        [
            .. from parameter in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
               let end = parameter.IndexOf('=')
               let name = end < 0 ? parameter : parameter[..end]
               let value = end < 0 ? "" : parameter[(end + 1)..]
               select (Decode(name), Decode(value)),
        ];
    }

    static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    void ReadParameter(string name, string value)
    {
        if (name.StartsWith('_'))
            return;

        if (value.Contains('\0'))
        {
            _errors.Add($"{name}: null characters are not allowed");
        }
        else if (name == DateRange.Parameter)
        {
            _dates.Add(value, _errors);
        }
        else if (fields.All.FirstOrDefault(field => field.Search?.Name == name) is not { Search: { } search } field)
        {
            _errors.Add($"{name} is no search parameter{Suggest(name)}");
        }
        else if (ReadCondition(search, value) is { } condition)
        {
            if (!_filters.TryGetValue(name, out var filter))
                _filters.Add(name, filter = (field, []));

            filter.Conditions.Add(condition);
        }
    }

    FieldCondition? ReadCondition(FieldSearch search, string text)
    {
        var isNegated = text.StartsWith('!');
        var value = isNegated ? text[1..] : text;
        if (value == FieldCondition.Null)
            return new FieldCondition.Missing(isNegated);

        return search.Type switch
        {
            SearchType.String or SearchType.Enum => ReadText(search, value, isNegated),
            SearchType.Integer or SearchType.Number => ReadNumber(search, value, isNegated),
            SearchType.Boolean => ReadTruth(search, value, isNegated),
            _ => Refuse(search, "can't be asked for"),
        };
    }

    FieldCondition? ReadText(FieldSearch search, string value, bool isNegated)
    {
        var (wanted, length) = value.Length == 0 ? (TextOperator.Has, 0) : value[0] switch
        {
            '=' => (TextOperator.Is, 1),
            '~' => (TextOperator.Contains, 1),
            '^' => (TextOperator.StartsWith, 1),
            '$' => (TextOperator.EndsWith, 1),
            '@' => (TextOperator.Matches, 1),
            _ => (TextOperator.Has, 0),
        };
        value = value[length..];
        if (value.Length == 0)
            return Refuse(search, $"has no value; {FieldCondition.Null} stands for a missing one");
        if (wanted == TextOperator.Matches && TextMatch.FindMistake(value) is { } mistake)
            return Refuse(search, $"'{value}' {mistake}");

        // The betas of a version: 131.0b1, 131.0b2 and so on.
        if (search.Name == "version" && wanted == TextOperator.Has && value.EndsWith('b'))
            wanted = TextOperator.StartsWith;
        return new FieldCondition.Text(wanted, value, isNegated);
    }

    FieldCondition? ReadNumber(FieldSearch search, string value, bool isNegated)
    {
        var (wanted, length) = value switch
        {
            ['>', '=', ..] => (NumberOperator.GreaterOrEqual, 2),
            ['<', '=', ..] => (NumberOperator.LessOrEqual, 2),
            ['>', ..] => (NumberOperator.Greater, 1),
            ['<', ..] => (NumberOperator.Less, 1),
            _ => (NumberOperator.Equal, 0),
        };
        var isInteger = search.Type == SearchType.Integer;
        var styles = isInteger ? NumberStyles.AllowLeadingSign : NumberStyles.Float;
        return decimal.TryParse(value.AsSpan(length), styles, CultureInfo.InvariantCulture, out var number)
            ? new FieldCondition.Number(wanted, number, isNegated)
            : Refuse(
                search,
                $"'{value}' is not {(isInteger ? "a whole number" : "a number")}, with >=, <=, > or < before it or none");
    }

    FieldCondition? ReadTruth(FieldSearch search, string value, bool isNegated) => value.ToLowerInvariant() switch
    {
        FieldCondition.True or "true" or "t" or "1" or "yes" or "y" => new FieldCondition.Truth(true, isNegated),
        "false" or "f" or "0" or "no" or "n" => new FieldCondition.Truth(false, isNegated),
        _ => Refuse(search, $"'{value}' is none of {FieldCondition.True}, true, false and {FieldCondition.Null}"),
    };

    FieldCondition? Refuse(FieldSearch search, string why)
    {
        _errors.Add($"{search.Name}: {why}");
        return null;
    }

    /// <summary>Names that have something of a wrong one.</summary>
    string Suggest(string wrong)
    {
        var start = wrong[..Math.Min(4, wrong.Length)];
        var near = fields.All
            .Select(field => field.Search?.Name)
            .Where(name => name is not null && start.Length > 0
                && (name.Contains(start, StringComparison.OrdinalIgnoreCase) || wrong.Contains(name, StringComparison.Ordinal)))
            .Take(MaxSuggestions)
            .ToList();
        return near.Count == 0 ? "; docs/fields.md lists them" : $"; there is {string.Join(", ", near)}";
    }
}
