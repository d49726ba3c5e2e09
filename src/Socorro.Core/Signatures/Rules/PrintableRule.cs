namespace Socorro.Signatures.Rules;

/// <summary>A signature is printable ASCII.</summary>
sealed class PrintableRule() : SignatureRule("SigPrintableCharsOnly")
{
    public override bool Applies(CrashData crash, SignatureDraft draft) => true;

    public override void Apply(CrashData crash, SignatureDraft draft)
    {
        var text = draft.Text;
        var clean = Clean(text);
        if (clean.Length == text.Length)
            return;

        draft.Replace(Name, clean);
        draft.Note(Name, "unprintable characters removed");
    }

    /// <summary>The text without anything but the characters from blank to tilde.</summary>
    public static string Clean(string text) => text.AsSpan().ContainsAnyExceptInRange(' ', '~')
        ? string.Concat(text.Where(c => c is >= ' ' and <= '~'))
        : text;
}
