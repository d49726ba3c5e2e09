namespace Socorro.Signatures.Rules;

/// <summary>Where a stack overflows is chance; that it did is worth saying (bug 1796389).</summary>
sealed class StackOverflowRule() : SignatureRule("StackOverflowSignature")
{
    public override bool Applies(CrashData crash, SignatureDraft draft) => crash.Reason == "EXCEPTION_STACK_OVERFLOW";

    public override void Apply(CrashData crash, SignatureDraft draft) => draft.Prepend(Name, "stackoverflow | ");
}
