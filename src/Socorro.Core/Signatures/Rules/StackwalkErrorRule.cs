namespace Socorro.Signatures.Rules;

/// <summary>A signature without frames says how the stack walk failed.</summary>
sealed class StackwalkErrorRule() : SignatureRule("StackwalkerErrorSignatureRule")
{
    public override bool Applies(CrashData crash, SignatureDraft draft) =>
        draft.Text.StartsWith("EMPTY", StringComparison.Ordinal)
        && crash.StackwalkStatus is { Length: > 0 } status
        && (draft.IsCompatible || status != "OK");

    public override void Apply(CrashData crash, SignatureDraft draft) => draft.Append(Name, $"; {crash.StackwalkStatus}");
}
