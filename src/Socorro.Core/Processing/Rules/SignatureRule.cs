using System.Text.Json;
using Socorro.Signatures;

namespace Socorro.Processing.Rules;

sealed class SignatureRule(SignatureGenerators signatures) : Rule
{
    public const string RuleName = "Signature";

    public override string Name => RuleName;

    public override string About => "Gives the crash its signature by the stack, and by the annotations that say more than the stack.";

    public override IReadOnlyList<string> Inputs =>
    [
        "java_stack_trace", "java_exception", "oom_allocation_size", "js_large_allocation_failure", "abort_message",
        "async_shutdown_timeout", "ipc_channel_error", "ipc_message_name", "mdsw_status_string", "hang",
        "additional_minidumps", "js_stack_trace", "product",
    ];

    public override IReadOnlyList<string> Outputs =>
        ["signature", "proto_signature", "stack_hash", "signature_lists", "signature_debug"];

    public override void Act(Draft crash)
    {
        var fields = Inputs.Select(name => KeyValuePair.Create(name, crash.Find(name)))
            .Where(field => field.Value is not null)
            .ToDictionary();
        var data = CrashDataReader.Read(JsonSerializer.SerializeToElement(fields));
        if (crash.Report.ValueKind == JsonValueKind.Object)
            data = CrashDataReader.WithReport(data, crash.Report);

        var signature = signatures.For(crash.FindText("product")).Generate(data, explain: true);
        crash.Set("signature", signature.Text);
        crash.Set("signature_lists", signature.ListsVersion);
        crash.Set("signature_debug", string.Join('\n', signature.Debug));
        if (signature.ProtoSignature is { } proto)
            crash.Set("proto_signature", proto);
        if (signature.StackHash is { } hash)
            crash.Set("stack_hash", hash);
        foreach (var note in signature.Notes)
            crash.Note(note);
    }
}
