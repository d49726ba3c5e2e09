namespace Socorro.Signatures.Rules;

/// <summary>A process that was stopped because the channel to it broke: the stack shows where it happened to be.</summary>
sealed class IpcChannelErrorRule() : SignatureRule("SignatureIPCChannelError")
{
    const int MaxLength = 100;

    public override bool Applies(CrashData crash, SignatureDraft draft) => crash.IpcChannelError is { Length: > 0 };

    public override void Apply(CrashData crash, SignatureDraft draft)
    {
        var side = crash.AdditionalDumps.Contains("upload_file_minidump_browser") ? "browser" : "content";
        draft.Note(Name, "IPC Channel Error stomped on signature");
        draft.Replace(Name, $"IPCError-{side} | {PythonText.CutTo(crash.IpcChannelError!, MaxLength)}");
    }
}
