using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Socorro.Signatures;

namespace Socorro.Cli;

/// <summary>Prints signatures beside those that the crashes had before.</summary>
sealed class SignaturePrinter(TextWriter output, string format, bool differentOnly, bool isVerbose = false)
{
    /// <summary>The default first.</summary>
    public static readonly IReadOnlyList<string> Formats = ["json", "text", "csv", "markdown"];

    static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    bool _hasHeader;

    /// <summary>Whether to print how a signature came to be.</summary>
    public bool IsVerbose { get; } = isVerbose;

    /// <param name="id">The crash, if that is known.</param>
    /// <param name="old">The signature it had, if it had one.</param>
    /// <param name="signature">The new one.</param>
    public void Print(string? id, string? old, Signature signature)
    {
        if (differentOnly && (old ?? "") == signature.Text)
            return;

        output.WriteLine(format switch
        {
            "text" => Text(id ?? "", old ?? "", signature),
            "csv" => Csv(id ?? "", old ?? "", signature),
            "markdown" => $"* {Code(id ?? "")}: {Code(old ?? "")} → {Code(signature.Text)}",
            _ => Json(id, old, signature),
        });
    }

    public void Flush() => output.Flush();

    string Json(string? id, string? old, Signature signature)
    {
        var json = new JsonObject
        {
            ["signature"] = signature.Text,
            ["notes"] = new JsonArray([.. signature.Notes.Select(note => JsonValue.Create(note))]),
            ["proto_signature"] = signature.ProtoSignature,
        };
        if (id is not null)
            json["crash_id"] = id;
        if (old is not null)
            json["original_signature"] = old;
        if (IsVerbose)
        {
            json["stack_hash"] = signature.StackHash;
            json["signature_lists"] = signature.ListsVersion;
            json["debug"] = new JsonArray([.. signature.Debug.Select(line => JsonValue.Create(line))]);
        }

        return json.ToJsonString(Compact);
    }

    string Text(string id, string old, Signature signature) => string.Join(Environment.NewLine,
    [
        $"Crash id: {id}",
        $"Original: {old}",
        $"New:      {signature.Text}",
        $"Same?:    {(old == signature.Text ? "yes" : "no")}",
        .. signature.Notes.Select(note => $"Note:     {note}"),
        .. IsVerbose ? Explain(signature) : [],
        "",
    ]);

    static IEnumerable<string> Explain(Signature signature) =>
    [
        $"Proto:    {signature.ProtoSignature}",
        $"Hash:     {signature.StackHash}",
        $"Lists:    {signature.ListsVersion}",
        .. signature.Debug.Select(line => $"Debug:    {line}"),
    ];

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
}
