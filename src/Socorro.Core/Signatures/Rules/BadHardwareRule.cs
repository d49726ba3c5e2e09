namespace Socorro.Signatures.Rules;

/// <summary>A disk or memory that returns errors crashes any code, so the code is not to blame (bug 1733904).</summary>
sealed class BadHardwareRule() : SignatureRule("BadHardware")
{
    public override bool Applies(CrashData crash, SignatureDraft draft) =>
        crash.Reason?.Contains("STATUS_DEVICE_DATA_ERROR", StringComparison.Ordinal) is true;

    public override void Apply(CrashData crash, SignatureDraft draft) => draft.Prepend(Name, "bad hardware | ");
}
