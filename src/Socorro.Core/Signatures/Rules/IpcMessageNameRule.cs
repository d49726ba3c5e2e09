namespace Socorro.Signatures.Rules;

/// <summary>Which message between processes was being handled.</summary>
sealed class IpcMessageNameRule() : SignatureRule("SignatureIPCMessageName")
{
    public override bool Applies(CrashData crash, SignatureDraft draft) => crash.IpcMessageName is { Length: > 0 };

    public override void Apply(CrashData crash, SignatureDraft draft) =>
        draft.Append(Name, $" | IPC_Message_Name={crash.IpcMessageName}");
}
