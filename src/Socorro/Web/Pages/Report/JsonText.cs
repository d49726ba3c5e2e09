using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Socorro.Web.Pages.Report;

/// <summary>JSON for people.</summary>
static class JsonText
{
    /// <summary>The page encodes the text again, so that its own characters may stay as they are here.</summary>
    static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Indent(JsonElement value)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Readable))
            value.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>The text indented when it is JSON, else as it is.</summary>
    public static string Indent(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return Indent(document.RootElement);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
