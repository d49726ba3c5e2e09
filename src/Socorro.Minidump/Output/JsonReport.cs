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

    /// <param name="state">What to report.</param>
    /// <param name="output">Where the UTF-8 goes.</param>
    /// <param name="pretty">Whether to break lines and indent by two blanks.</param>
    /// <param name="maxFrames">
    /// The most entries of a thread's frames: of a longer stack both ends, and between them one that says how many are left
    /// out. The middle of a stack that overflowed is all alike.
    /// </param>
    public static void Write(
        ProcessState state, IBufferWriter<byte> output, bool pretty = false, int maxFrames = int.MaxValue)
    {
        using var json = new Utf8JsonWriter(output, new()
        {
            Indented = pretty,
            IndentSize = 2,
            NewLine = "\n",
            Encoder = Encoder,
            SkipValidation = true,
        });
        new JsonReportWriter(state, json, maxFrames).Write();
    }

    /// <summary>The report as UTF-8.</summary>
    public static ReadOnlyMemory<byte> ToUtf8(ProcessState state, bool pretty = false, int maxFrames = int.MaxValue)
    {
        var output = new ArrayBufferWriter<byte>(64 * 1024);
        Write(state, output, pretty, maxFrames);
        return output.WrittenMemory;
    }
}
