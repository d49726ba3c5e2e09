using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Socorro.Collecting;

/// <summary>
/// Annotations that come as one JSON object. A value that is not text becomes its JSON text, null becomes empty text; what
/// JSON forbids but its writers produce (NaN, Infinity, half a surrogate pair) is mended rather than losing the crash.
/// </summary>
static class JsonAnnotations
{
    static readonly string[] NotNumbers = ["NaN", "Infinity", "-Infinity"];

    /// <summary>Annotates a submission with the members in order; returns why it can't when it can't.</summary>
    public static string? AddTo(Submission submission, string json, int most)
    {
        try
        {
            using var document = JsonDocument.Parse(Mend(json.TrimStart('\ufeff')));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return "invalid_json_value";
            if (document.RootElement.GetPropertyCount() > most)
                return "too_many_parts";

            foreach (var member in document.RootElement.EnumerateObject())
                submission.Annotate(member.Name, ToText(member.Value));
            return null;
        }
        catch (JsonException)
        {
            return "invalid_json";
        }
    }

    /// <summary>Makes JSON of what only its strictest readers refuse.</summary>
    public static string Mend(string json)
    {
        if (!NotNumbers.Any(json.Contains) && !json.Contains(@"\ud", StringComparison.OrdinalIgnoreCase))
            return json;

        var mended = new StringBuilder(json.Length);
        var isInText = false;
        for (var at = 0; at < json.Length;)
        {
            var (length, replacement) = (isInText, json[at]) switch
            {
                (true, '\\') => MendEscape(json, at),
                (false, 'N' or 'I' or '-') when FindNotNumber(json, at) is { } word => (word.Length, $"\"{word}\""),
                _ => (1, null),
            };
            isInText ^= json[at] == '"';
            if (replacement is null)
                mended.Append(json, at, length);
            else
                mended.Append(replacement);

            at += length;
        }

        return mended.ToString();
    }

    static string ToText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };

    static string? FindNotNumber(string json, int at) =>
        NotNumbers.FirstOrDefault(word => string.CompareOrdinal(json, at, word, 0, word.Length) == 0);

    /// <summary>How long the escape is, and what to put in its place; null to leave it.</summary>
    static (int Length, string? Replacement) MendEscape(string json, int at)
    {
        if (FindSurrogate(json, at) is not { } first)
            return (Math.Min(2, json.Length - at), null);

        return char.IsHighSurrogate(first) && FindSurrogate(json, at + 6) is { } second && char.IsLowSurrogate(second)
            ? (12, null)
            : (6, @"\ufffd");
    }

    static char? FindSurrogate(string json, int at) =>
        at + 6 <= json.Length
        && json[at] == '\\'
        && json[at + 1] == 'u'
        && ushort.TryParse(json.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
        && char.IsSurrogate((char)unit)
            ? (char)unit
            : null;
}
