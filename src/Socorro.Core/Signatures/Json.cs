using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Socorro.Signatures;

/// <summary>Reads JSON whose values may be of any type.</summary>
static class Json
{
    extension(JsonElement element)
    {
        /// <summary>A scalar as text (booleans as Python writes them); null for everything else.</summary>
        public string? Text() => element.ValueKind switch
        {
            JsonValueKind.String => element.DecodedText(),
            JsonValueKind.Number => element.GetRawText(),
            JsonValueKind.True => "True",
            JsonValueKind.False => "False",
            _ => null,
        };

        /// <summary>A number without its fraction as text, <c>true</c> as 1; everything else as <see cref="Text"/>.</summary>
        public string? IntegerText() => element.ValueKind switch
        {
            JsonValueKind.Number when !element.TryGetInt64(out _) && element.TryGetDouble(out var real) =>
                Math.Truncate(real).ToString("F0", CultureInfo.InvariantCulture),
            JsonValueKind.True => "1",
            JsonValueKind.False => "0",
            _ => element.Text(),
        };

        /// <summary>The text of a member, null when it is absent or empty.</summary>
        public string? TextOf(string name) => element.Member(name).Text() is { Length: > 0 } text ? text : null;

        /// <summary>Whether Python would take this for true: not empty, not zero, not false.</summary>
        public bool IsTruthy() => element.ValueKind switch
        {
            JsonValueKind.String => JsonMarshal.GetRawUtf8Value(element).Length > 2,
            JsonValueKind.Array => element.GetArrayLength() > 0,
            JsonValueKind.Object => element.EnumerateObject().Any(),
            JsonValueKind.Number => !element.TryGetDouble(out var number) || number != 0,
            JsonValueKind.True => true,
            _ => false,
        };

        /// <summary>What Python calls the type of this, once it has read it.</summary>
        public string PythonType() => element.ValueKind switch
        {
            JsonValueKind.Object => "dict",
            JsonValueKind.Array => "list",
            JsonValueKind.String => "str",
            JsonValueKind.Number => element.GetRawText().AsSpan().ContainsAny('.', 'e', 'E') ? "float" : "int",
            JsonValueKind.True or JsonValueKind.False => "bool",
            _ => "NoneType",
        };

        string DecodedText()
        {
            try
            {
                return element.GetString()!;
            }
            catch (InvalidOperationException)
            {
                // Half a surrogate pair, or bytes that are no UTF-8.
                var whole = LooseJson.ReplaceHalfPairs(Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(element)));
                return JsonDocument.Parse(whole).RootElement.GetString()!;
            }
        }
    }
}
