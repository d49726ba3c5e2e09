namespace Socorro.Signatures.Rules;

/// <summary>The watchdog crashes the program when its main thread hangs at shutdown: that thread's stack is the one to blame.</summary>
sealed class RunWatchdogRule(StackRule stack) : SignatureRule("SignatureRunWatchDog")
{
    const string Watchdog = "RunWatchdog";

    public override bool Applies(CrashData crash, SignatureDraft draft) =>
        (draft.IsCompatible ? draft.Text : draft.Stack).Contains(Watchdog, StringComparison.Ordinal);

    public override void Apply(CrashData crash, SignatureDraft draft)
    {
        var isFromStack = draft.Core == draft.Stack;
        var signature = stack.Generate(crash with { CrashingThread = 0 }, draft);
        if (draft.IsCompatible && signature.Length > 0)
            draft.Replace(stack.Name, signature);
        else if (!draft.IsCompatible && isFromStack)
            draft.ReplaceCore(stack.Name, signature);

        draft.Prepend(Name, "shutdownhang | ");
    }
}
