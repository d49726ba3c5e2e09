using Socorro.Signatures.Exceptions;

namespace Socorro.Signatures.Rules;

/// <summary>
/// The signature of the stack: Java's when there is one, else the crashing thread's, else JavaScript's for want of another.
/// </summary>
sealed class StackRule(StackSignature stack) : SignatureRule("SignatureGenerationRule")
{
    public override bool Applies(CrashData crash, SignatureDraft draft) => true;

    public override void Apply(CrashData crash, SignatureDraft draft) => draft.Start(Name, Generate(crash, draft));

    /// <summary>The stack's signature alone; what else is known of the stack goes to the draft.</summary>
    public string Generate(CrashData crash, SignatureDraft draft)
    {
        if (crash.JavaStackTrace is { } trace)
            return WithNotes(JavaStackSignature.Of(trace, draft.IsCompatible), draft);

        if (crash.JavaException is { } exception)
            return WithNotes(JavaExceptionSignature.Of(exception), draft);

        var isNative = draft.IsCompatible || crash.Threads.Any(thread => thread.Frames.Count > 0);
        return crash.JavaScriptStackTrace is { } script && !isNative
            ? WithNotes(JavaScriptStackSignature.Of(script), draft)
            : WithNotes(stack.Of(crash, draft), draft);
    }

    string WithNotes((string Text, IReadOnlyList<string> Notes) signature, SignatureDraft draft)
    {
        foreach (var note in signature.Notes)
            draft.Note(Name, note);

        return signature.Text;
    }
}
