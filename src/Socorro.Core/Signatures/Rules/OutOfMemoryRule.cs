namespace Socorro.Signatures.Rules;

/// <summary>
/// Memory ran out: when even a small allocation failed, the place where it did is chance and says nothing (bug 1007530).
/// </summary>
sealed class OutOfMemoryRule() : SignatureRule("OOMSignature")
{
    const long SmallBytes = 256 * 1024;

    static readonly string[] Fragments =
        ["NS_ABORT_OOM", "mozalloc_handle_oom", "CrashAtUnhandlableOOM", "AutoEnterOOMUnsafeRegion", "alloc::oom::oom"];

    public override bool Applies(CrashData crash, SignatureDraft draft)
    {
        if (crash.OomAllocationSize is { Length: > 0 } and not "0")
            return true;

        var text = draft.Text;
        return text.Length > 0
            && (Array.Exists(Fragments, fragment => text.Contains(fragment, StringComparison.Ordinal))
                || crash.FindCrashingThread(draft.Mode)?.LastError is "ERROR_COMMITMENT_LIMIT" or "ERROR_NOT_ENOUGH_MEMORY"
                || crash.Reason is "STATUS_FATAL_MEMORY_EXHAUSTION" or "STATUS_NO_MEMORY"
                || IsLargeJsAllocation(crash));
    }

    public override void Apply(CrashData crash, SignatureDraft draft)
    {
        if (IsLargeJsAllocation(crash))
            draft.Prepend(Name, "OOM | large | ");
        else if (!PythonText.TryParseInteger(crash.OomAllocationSize, out var size) || (size == 0 && !draft.IsCompatible))
            draft.Prepend(Name, "OOM | unknown | ");
        else if (size > SmallBytes)
            draft.Prepend(Name, "OOM | large | ");
        else if (draft.IsCompatible)
            draft.Replace(Name, "OOM | small");
        else
            draft.ReplaceCore(Name, "OOM | small");
    }

    static bool IsLargeJsAllocation(CrashData crash) => crash.JsLargeAllocationFailure == "Reporting";
}
