namespace Socorro.Signatures.Rules;

/// <summary>A signature has at most 255 characters.</summary>
sealed class LengthRule() : SignatureRule("SigTruncate")
{
    const int MaxLength = 255;

    public override bool Applies(CrashData crash, SignatureDraft draft) => draft.Text.Length > MaxLength;

    public override void Apply(CrashData crash, SignatureDraft draft)
    {
        draft.Replace(Name, $"{draft.Text.AsSpan(0, MaxLength - 3)}...");
        draft.Note(Name, "SigTrunc: signature truncated due to length");
    }
}
