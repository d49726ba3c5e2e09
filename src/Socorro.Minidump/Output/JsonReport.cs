using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Socorro.Minidumps.Output;

/// <summary>
/// Writes a <see cref="ProcessState"/> as the JSON of minidump-stackwalk, which the tools of the field read: keys sorted,
/// addresses as text in the width of a pointer. Fields of ours are only added.
/// </summary>
public static class JsonReport
{
    // Reports are files and API answers, not parts of web pages: only what JSON itself demands is escaped.
    internal static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>Writes the report as UTF-8.</summary>
    public static void Write(ProcessState state, IBufferWriter<byte> output, JsonOptions options)
    {
        using var json = CreateWriter(output, options);
        new JsonReportWriter(state, json, options).Write();
    }

    /// <summary>Writes what there is to report of a file that is no minidump: its status, and a sentence.</summary>
    public static void Write(Refusal refusal, IBufferWriter<byte> output, JsonOptions options)
    {
        using var json = CreateWriter(output, options);
        json.WriteStartObject();
        json.WriteStartArray("diagnostics");
        json.WriteStringValue(refusal.Message);
        json.WriteEndArray();
        json.WriteString("status", refusal.Error);
        json.WriteEndObject();
    }

    /// <summary>The report as UTF-8.</summary>
    public static ReadOnlyMemory<byte> ToUtf8(ProcessState state) => ToUtf8(state, JsonOptions.Default);

    /// <summary>The report as UTF-8.</summary>
    public static ReadOnlyMemory<byte> ToUtf8(ProcessState state, JsonOptions options)
    {
        var output = new ArrayBufferWriter<byte>(64 * 1024);
        Write(state, output, options);
        return output.WrittenMemory;
    }

    static Utf8JsonWriter CreateWriter(IBufferWriter<byte> output, JsonOptions options) => new(output, new()
    {
        Indented = options.IsPretty,
        IndentSize = 2,
        NewLine = "\n",
        Encoder = Encoder,
        SkipValidation = true,
    });
}
