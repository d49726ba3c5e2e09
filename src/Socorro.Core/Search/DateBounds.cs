namespace Socorro.Search;

/// <summary>Gathers what a query says about dates: the tightest of each side counts.</summary>
sealed class DateBounds(DateTimeOffset now)
{
    DateTimeOffset? _from;
    DateTimeOffset? _to;

    public void Add(string value, List<string> errors)
    {
        if (value is FieldCondition.Null or $"!{FieldCondition.Null}")
            return; // Every crash has a date.

        var text = value.TrimStart('>', '<', '=');
        var operation = value[..^text.Length];
        if (operation is not (">=" or ">" or "<=" or "<"))
        {
            errors.Add($"{DateRange.Parameter}: '{value}' must begin with >=, >, <= or <");
        }
        else if (!DateRange.TryParse(text, out var time) || time.Year is < 1970 or > 9000)
        {
            errors.Add($"{DateRange.Parameter}: '{text}' is not a date such as 2026-11-24 or 2026-11-24T12:00:00Z");
        }
        else
        {
            // Ranges have their begin within and their end without.
            var bound = operation is ">" or "<=" ? time.AddTicks(1) : time;
            if (operation[0] == '>')
                _from = _from > bound ? _from : bound;
            else
                _to = _to < bound ? _to : bound;
        }
    }

    public DateRange Resolve(List<string> errors)
    {
        var to = _to ?? now.AddTicks(1);
        var range = new DateRange(_from ?? (_to ?? now) - DateRange.Default, to);
        if (range.From >= range.To)
            errors.Add($"{DateRange.Parameter}: the range ends before it begins");
        else if (range.To - range.From > DateRange.Longest + TimeSpan.FromTicks(1))
            errors.Add($"{DateRange.Parameter}: the range is longer than {DateRange.Longest.Days} days");

        return range;
    }
}
