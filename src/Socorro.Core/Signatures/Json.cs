using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Socorro.Signatures;

/// <summary>Reads JSON whose values may be of any type.</summary>
static partial class Json
{
    extension(JsonElement element)
    {
        /// <summary>The member of that name; undefined when this is no object, it is absent, or null.</summary>
        public JsonElement Member(string name) =>
            element.ValueKind == JsonValueKind.Object
            && element.TryGetProperty(name, out var member)
            && member.ValueKind != JsonValueKind.Null
                ? member
                : default;

        /// <summary>The elements of an array; none when this is something else.</summary>
        public IEnumerable<JsonElement> Items() =>
            element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

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
                // Half a surrogate pair, written as an escape: valid JSON, but no text. JavaScript engines send them. Or bytes
                // that are no UTF-8.
                var whole = HalfPair().Replace(
                    Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(element)), match => match.Groups[1].Success ? match.Value : @"\uFFFD");
                return JsonDocument.Parse(whole).RootElement.GetString()!;
            }
        }
    }

    [GeneratedRegex(@"(\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..)|\\u[dD][89a-fA-F]..")]
    private static partial Regex HalfPair();
}
