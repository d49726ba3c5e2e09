namespace Socorro.Signatures.Rules;

/// <summary>The watchdog crashes the program when its main thread hangs at shutdown: that thread's stack is the one to blame.</summary>
sealed class RunWatchdogRule(StackRule stack) : SignatureRule("SignatureRunWatchDog")
{
    const string Watchdog = "RunWatchdog";

    public override bool Applies(CrashData crash, SignatureDraft draft) =>
        draft.Text.Contains(Watchdog, StringComparison.Ordinal);

    public override void Apply(CrashData crash, SignatureDraft draft)
    {
        var signature = stack.Generate(crash with { CrashingThread = 0 }, draft);
        if (!draft.IsCompatible)
            draft.ReplaceCore(stack.Name, signature);
        else if (signature.Length > 0)
            draft.Replace(stack.Name, signature);

        draft.Prepend(Name, "shutdownhang | ");
    }
}
