using System.Text.Json;
using System.Text.RegularExpressions;

namespace Socorro;

/// <summary>What all readers of hostile JSON share: values may be of any type, and strings may be no text.</summary>
static partial class LooseJson
{
    /// <summary>
    /// The same JSON with the replacement character for each half of a surrogate pair that is written as an escape. It is
    /// valid JSON, but no text: JavaScript engines send it.
    /// </summary>
    public static string ReplaceHalfPairs(string json) =>
        HalfPair().Replace(json, match => match.Groups[1].Success ? match.Value : @"\uFFFD");

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
    }

    // Backslashes that stand for themselves, and whole pairs, are matched as well, so that nothing within them is.
    [GeneratedRegex(@"(\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..)|\\u[dD][89a-fA-F]..")]
    private static partial Regex HalfPair();
}
