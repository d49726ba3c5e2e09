using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Socorro.Processing;

/// <summary>Reads JSON whose values may be of any type (what does not fit is as good as absent), and writes it as text.</summary>
static class JsonText
{
    /// <summary>Nothing is escaped that JSON does not ask to be: documents are not pasted into pages.</summary>
    public static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    extension(JsonElement element)
    {
        /// <summary>The members of an object; none when this is something else.</summary>
        public IEnumerable<JsonProperty> Members() =>
            element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : [];

        /// <summary>The text of a string; null when this is something else.</summary>
        public string? Text() => element.ValueKind == JsonValueKind.String ? element.GetString() : null;

        public long? Integer() =>
            element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var number) ? number : null;

        /// <summary>
        /// As one line of ASCII with a blank after colons and commas and the members of objects sorted: the form that tools of
        /// the field compare.
        /// </summary>
        public string ToSortedText()
        {
            var text = new StringBuilder();
            AppendSorted(text, element);
            return text.ToString();
        }
    }

    static void AppendSorted(StringBuilder text, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                var members = element.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal);
                foreach (var (i, member) in members.Index())
                {
                    AppendString(text.Append(i == 0 ? "" : ", "), member.Name);
                    AppendSorted(text.Append(": "), member.Value);
                }

                text.Append('}');
                break;

            case JsonValueKind.Array:
                text.Append('[');
                foreach (var (i, item) in element.EnumerateArray().Index())
                    AppendSorted(text.Append(i == 0 ? "" : ", "), item);

                text.Append(']');
                break;

            case JsonValueKind.String:
                AppendString(text, element.GetString()!);
                break;

            default:
                text.Append(element.GetRawText());
                break;
        }
    }

    static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' or '\\' => text.Append('\\').Append(c),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' or > '~' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }
}
