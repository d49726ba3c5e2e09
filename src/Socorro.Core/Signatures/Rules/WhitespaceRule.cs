using System.Text;

namespace Socorro.Signatures.Rules;

/// <summary>No blanks around, and one at a time between.</summary>
sealed class WhitespaceRule() : SignatureRule("SigFixWhitespace")
{
    public override bool Applies(CrashData crash, SignatureDraft draft) => true;

    public override void Apply(CrashData crash, SignatureDraft draft)
    {
        var text = draft.Text;
        var clean = Clean(text);
        if (clean != text)
            draft.Replace(Name, clean);
    }

    static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!PythonText.IsSpace(c))
                clean.Append(c);
            else if (clean.Length > 0 && clean[^1] != ' ')
                clean.Append(' ');
        }

        return clean.ToString().TrimEnd(' ');
    }
}
