using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Socorro.Minidumps.Output;

/// <summary>What the writer of a dump could not do, in JSON of its own making.</summary>
static class SoftErrors
{
    /// <summary>Null for what is no JSON, or holds half a surrogate pair: the report would be none either.</summary>
    public static JsonElement? Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var errors = document.RootElement.Clone();
            Indent(errors);
            return errors;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // Half a surrogate pair shows only when it is written.
            return null;
        }
    }

    public static string Indent(JsonElement errors)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, new() { Indented = true, NewLine = "\n", Encoder = JsonReport.Encoder }))
            errors.WriteTo(json);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
