using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Socorro.Signatures;

namespace Socorro.Cli;

/// <summary>Prints signatures beside those that the crashes had before.</summary>
sealed class SignaturePrinter(TextWriter output, string format, bool differentOnly)
{
    /// <summary>The default first.</summary>
    public static readonly IReadOnlyList<string> Formats = ["json", "text", "csv", "markdown"];

    static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    bool _hasHeader;

    /// <param name="crash">As it was read: its id and old signature are printed, if it has them.</param>
    /// <param name="signature">The new one.</param>
    public void Print(JsonElement crash, Signature signature)
    {
        var id = TextOf(crash, "uuid") ?? TextOf(crash, "crash_id") ?? "";
        var old = TextOf(crash, "signature") ?? TextOf(crash, "original_signature") ?? "";
        if (differentOnly && old == signature.Text)
            return;

        output.WriteLine(format switch
        {
            "text" => Text(id, old, signature),
            "csv" => Csv(id, old, signature),
            "markdown" => $"* {Code(id)}: {Code(old)} → {Code(signature.Text)}",
            _ => Json(signature),
        });
        output.Flush();
    }

    static string Json(Signature signature) => new JsonObject
    {
        ["signature"] = signature.Text,
        ["notes"] = new JsonArray([.. signature.Notes.Select(note => JsonValue.Create(note))]),
        ["proto_signature"] = signature.ProtoSignature,
    }.ToJsonString(Compact);

    static string Text(string id, string old, Signature signature) => string.Join(Environment.NewLine,
    [
        $"Crash id: {id}",
        $"Original: {old}",
        $"New:      {signature.Text}",
        $"Same?:    {(old == signature.Text ? "yes" : "no")}",
        .. signature.Notes.Select(note => $"Note:     {note}"),
        "",
    ]);

    string Csv(string id, string old, Signature signature)
    {
        var header = _hasHeader ? "" : "crashid,old,new,same?,notes" + Environment.NewLine;
        _hasHeader = true;
        string[] cells =
            [id, old, signature.Text, old == signature.Text ? "yes" : "no", string.Join('\n', signature.Notes)];
        return header + string.Join(',', cells.Select(cell => $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
    }

    /// <summary>Fenced so that back quotes inside do not end it.</summary>
    static string Code(string text) =>
        text.Length == 0 ? "(none)" : text.Contains('`', StringComparison.Ordinal) ? $"`` {text} ``" : $"`{text}`";

    static string? TextOf(JsonElement crash, string name)
    {
        if (!crash.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
            return null;

        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair is JSON, but no text; no signature has one.
            return null;
        }
    }
}
