using System.Text.Json;
using System.Text.RegularExpressions;

namespace Socorro;

/// <summary>What all readers of hostile JSON share: values may be of any type, and strings may be no text.</summary>
static partial class LooseJson
{
    /// <summary>
    /// How deeply a value may be nested that becomes a field: less than readers of a whole document allow, so that the document
    /// around it can be read.
    /// </summary>
    public const int MaxFieldDepth = 48;

    const int MaxDepth = 64;

    /// <summary>What somebody wrote in a file, without the mark that editors of Windows put before it.</summary>
    public static ReadOnlyMemory<byte> ReadFile(string file)
    {
        var bytes = File.ReadAllBytes(file);
        return bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory(3) : bytes;
    }

    /// <summary>
    /// Reads hostile JSON. Half a surrogate pair, written as an escape, becomes the replacement character: it parses, and would
    /// fail whoever reads or writes it later.
    /// </summary>
    public static bool TryParse(ReadOnlyMemory<byte> utf8, out JsonElement json, int maxDepth = MaxDepth)
    {
        try
        {
            json = JsonElement.Parse(utf8.Span, new JsonDocumentOptions { MaxDepth = maxDepth });
            if (utf8.Span.IndexOf("\\ud"u8) < 0 && utf8.Span.IndexOf("\\uD"u8) < 0)
                return true;

            json = JsonElement.Parse(ReplaceHalfPairs(json.GetRawText()));
            return true;
        }
        catch (JsonException)
        {
            json = default;
            return false;
        }
    }

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
