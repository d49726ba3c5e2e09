using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Socorro.Fields;

/// <summary>Turns an annotation's text into a field's value.</summary>
static class FieldValue
{
    const int MostShown = 100;

    /// <summary>False when the text is not of the field's type; then <paramref name="problem"/> says so, for a public note.</summary>
    public static bool TryConvert(Field field, string annotation, string text, out JsonNode? value, out string problem)
    {
        value = Convert(field.Type, text);
        problem = value is not null ? "" : field.Type switch
        {
            FieldType.Boolean => $"{annotation} has non-boolean value{(field.IsPublic ? $" {Cut(text)}" : "")}",
            FieldType.Integer when IsWhole(text) => $"{annotation} has a value of more than 64 bits",
            FieldType.Integer => $"{annotation} has a non-int value",
            FieldType.Number => $"{annotation} has a non-float value",
            _ => IsJson(text)
                ? $"{annotation} value is malformed {field.Name}"
                : $"{annotation} value is malformed json",
        };
        return value is not null;
    }

    /// <summary>Whether a value, which is not null, is one of the type.</summary>
    public static bool IsOf(FieldType type, JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.String => type == FieldType.String,
        JsonValueKind.True or JsonValueKind.False => type == FieldType.Boolean,
        JsonValueKind.Number => type == FieldType.Number || (type == FieldType.Integer && value.AsValue().TryGetValue(out long _)),
        JsonValueKind.Object => type is FieldType.Object or FieldType.Document,
        JsonValueKind.Array => type == FieldType.List,
        _ => false,
    };

    static JsonNode? Convert(FieldType type, string text) => type switch
    {
        FieldType.String => JsonValue.Create(text.TrimEnd()),
        FieldType.Boolean => ReadBoolean(text) is { } value ? JsonValue.Create(value) : null,
        FieldType.Integer =>
            long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value)
                ? JsonValue.Create(value)
                : null,
        FieldType.Number =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value)
                ? JsonValue.Create(value)
                : null,
        FieldType.Object or FieldType.Document => ReadJson(text) as JsonObject,
        FieldType.List => ReadJson(text) as JsonArray,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no such field type"),
    };

    static bool? ReadBoolean(string text) => text.Trim().ToLowerInvariant() switch
    {
        "1" or "true" => true,
        "0" or "false" => false,
        _ => null,
    };

    static bool IsJson(string text) => text.Trim() == "null" || ReadJson(text) is not null;

    static bool IsWhole(string text) => text.Trim().TrimStart('-', '+') is { Length: > 0 } digits && digits.All(char.IsAsciiDigit);

    /// <summary>
    /// Hostile JSON; null when it is not valid, or nested too deeply for a document around it. Of members of one name the last
    /// counts, and half a surrogate pair becomes the replacement character, as clients' own readers have it.
    /// </summary>
    public static JsonNode? ReadJson(string text) =>
        LooseJson.TryParse(Encoding.UTF8.GetBytes(text), out var json, LooseJson.MaxFieldDepth) ? Copy(json) : null;

    static JsonNode? Copy(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new JsonObject();
                foreach (var member in json.EnumerateObject())
                    members[member.Name] = Copy(member.Value);
                return members;
            case JsonValueKind.Array:
                return new JsonArray([.. json.EnumerateArray().Select(Copy)]);
            case JsonValueKind.Null:
                return null;
            default:
                return JsonValue.Create(json);
        }
    }

    static string Cut(string text) => text.Length <= MostShown ? text : $"{text[..MostShown]}…";
}
