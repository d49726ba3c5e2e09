namespace Socorro.Signatures.Rules;

/// <summary>The report is of a hang, not of a crash.</summary>
sealed class HungProcessRule() : SignatureRule("HungProcess")
{
    public override bool Applies(CrashData crash, SignatureDraft draft) => crash.Hang is not null;

    public override void Apply(CrashData crash, SignatureDraft draft) => draft.Prepend(Name, $"hang: {crash.Hang} | ");
}
