namespace Socorro.Collecting;

/// <summary>
/// A header field's value and its parameters, read as clients write them: any order and case, quoted or not, and with
/// characters outside quotes that RFC 9110 wants inside, because a crash is worth more than a quotation mark.
/// </summary>
sealed class HeaderValue
{
    readonly Dictionary<string, string> _parameters = new(StringComparer.OrdinalIgnoreCase);

    HeaderValue(string value) => Value = value;

    /// <summary>What stands before the first semicolon.</summary>
    public string Value { get; }

    public static HeaderValue Parse(string text)
    {
        var end = text.IndexOf(';');
        if (end < 0)
            return new(text.Trim());

        var header = new HeaderValue(text[..end].Trim());
        for (var at = end + 1; at < text.Length; at++)
        {
            var name = TakeUntil(text, "=;", ref at).Trim();
            if (at < text.Length && text[at] == '=')
            {
                at++;
                header._parameters.TryAdd(name, TakeParameter(text, ref at));
            }
        }

        return header;
    }

    public bool Is(string value) => Value.Equals(value, StringComparison.OrdinalIgnoreCase);

    public bool StartsWith(string start) => Value.StartsWith(start, StringComparison.OrdinalIgnoreCase);

    /// <summary>A parameter without its quotes; the first wins when it is there twice.</summary>
    public string? Find(string parameter) => _parameters.GetValueOrDefault(parameter);

    /// <summary>A parameter that may come in the extended form of RFC 8187, as in <c>filename*=UTF-8''na%C3%AFve.dmp</c>.</summary>
    public string? FindExtended(string parameter)
    {
        if (Find($"{parameter}*") is not { } extended)
            return Find(parameter);

        return extended.Split('\'', 3) is [_, _, var encoded] ? Uri.UnescapeDataString(encoded) : extended;
    }

    static string TakeParameter(string text, ref int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t')
            at++;

        if (at == text.Length || text[at] != '"')
            return TakeUntil(text, ";", ref at).Trim();

        at++;
        var value = TakeQuoted(text, ref at);
        TakeUntil(text, ";", ref at);
        return value;
    }

    static string TakeQuoted(string text, ref int at)
    {
        var value = new System.Text.StringBuilder();
        for (; at < text.Length && text[at] != '"'; at++)
        {
            // A backslash escapes only what needs it: Windows clients send bare paths, as in filename="C:\dumps\a.dmp".
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '"' or '\\')
                at++;
            value.Append(text[at]);
        }

        return value.ToString();
    }

    static string TakeUntil(string text, string ends, ref int at)
    {
        var start = at;
        while (at < text.Length && !ends.Contains(text[at]))
            at++;

        return text[start..at];
    }
}
