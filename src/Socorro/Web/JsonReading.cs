using System.Text.Json;

namespace Socorro.Web;

/// <summary>
/// Lenient reading of documents that were made from hostile input: a member of an unexpected type reads as if it were
/// missing.
/// </summary>
public static class JsonReading
{
    extension(JsonElement element)
    {
        public bool IsObject => element.ValueKind == JsonValueKind.Object;

        /// <summary>A member's value, or an undefined element, of which every other reading is empty.</summary>
        public JsonElement Member(string name) =>
            element.IsObject && element.TryGetProperty(name, out var value) ? value : default;

        /// <summary>A member's text or number as text; empty when it is neither.</summary>
        public string Text(string name) => element.Member(name).AsText();

        public string AsText() => element.ValueKind switch
        {
            JsonValueKind.String => element.GetString()!,
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => element.GetRawText(),
            _ => "",
        };

        public long? Number(string name) =>
            element.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number)
                ? number
                : null;

        public bool Flag(string name) => element.Member(name).ValueKind == JsonValueKind.True;

        /// <summary>The entries of an array member; none when it is not an array.</summary>
        public IEnumerable<JsonElement> Entries(string name) =>
            element.Member(name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : [];

        public int CountEntries(string name) =>
            element.Member(name) is { ValueKind: JsonValueKind.Array } value ? value.GetArrayLength() : 0;
    }
}
