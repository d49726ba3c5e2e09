using System.Globalization;
using Socorro.Minidumps.Instructions;

namespace Socorro.Minidumps.Output;

/// <summary>The lines on the instruction that crashed.</summary>
sealed class HumanAnalysis(CrashAnalysis analysis, HumanText text, int addressDigits, bool isCompact)
{
    public void Write()
    {
        WriteAdjusted();
        if (analysis.Instruction is { } instruction)
            text.Line($"Crashing instruction: `{instruction}`");
        if (isCompact)
            WriteEffects();
        if (!isCompact && analysis.Accesses is { } accesses)
            WriteAccesses(accesses);
        if (!isCompact && analysis.Instruction is not null)
            WriteUpdate();
        WriteBitFlips();
        if (analysis.CodeFlip is { } flip)
            text.Line($"Code differs from the module's file in one bit: {flip.Found:x2} at {Address(flip.Address)} should be {flip.Expected:x2}");
        foreach (var inconsistency in analysis.Inconsistencies)
            text.Line($"Inconsistency: {AnalysisNames.Of(inconsistency)}");
    }

    void WriteAdjusted()
    {
        switch (analysis.Adjusted)
        {
            case { Kind: AdjustmentKind.NullPointer, Value: var offset }:
                text.Line($"Adjusted address: null pointer with offset {Address(offset)}");
                break;
            case { Kind: AdjustmentKind.NonCanonical, Value: var address }:
                text.Line($"Adjusted address: {Address(address)} (non-canonical)");
                break;
        }
    }

    void WriteEffects()
    {
        foreach (var access in analysis.Accesses ?? [])
        {
            var verb = access.Mode switch { AccessMode.Read => "reads", AccessMode.Write => "writes", _ => "reads and writes" };
            var bytes = access.Size == 1 ? "a byte" : $"{access.Size} bytes";
            text.Line($"    {verb} {bytes} at {Address(access.Address)}{Guard(access.IsLikelyGuardPage)}");
        }

        if (analysis.Update is { Target: { } target } update)
            text.Line($"    goes to {Address(target)}{Guard(update.IsLikelyGuardPage)}");

        static string Guard(bool isLikely) => isLikely ? ", a likely guard page" : "";
    }

    void WriteAccesses(IReadOnlyList<MemoryAccess> accesses)
    {
        text.Line(accesses is [] ? "No memory accessed by instruction" : "Memory accessed by instruction:");
        for (var i = 0; i < accesses.Count; i++)
        {
            var access = accesses[i];
            text.Line($"  {i}. Address: {Address(access.Address)}");
            if (access.IsLikelyGuardPage)
                text.Line("     This address falls in a likely guard page.");
            text.Line($"     Size: {access.Size}");
            text.Line($"     Access type: {access.Mode}");
        }
    }

    void WriteUpdate()
    {
        switch (analysis.Update)
        {
            case null:
                text.Line("No instruction pointer update by instruction");
                break;
            case { Target: { } target } update:
                text.Line("Instruction pointer update done by instruction:");
                text.Line($"  Address: {Address(target)}");
                if (update.IsLikelyGuardPage)
                    text.Line("  This address falls in a likely guard page.");
                break;
        }
    }

    void WriteBitFlips()
    {
        if (analysis.BitFlips is [])
            return;

        text.Line("Crashing address may be the result of a flipped bit:");
        var likeliestFirst = analysis.BitFlips.OrderByDescending(flip => flip.Confidence).ThenBy(flip => flip.Address);
        foreach (var (i, flip) in likeliestFirst.Index())
        {
            var register = flip.SourceRegister is { } source ? $" from register {source}" : "";
            var confidence = flip.Confidence.ToString("0.000", CultureInfo.InvariantCulture);
            text.Line($"  {i}. Valid address: {Address(flip.Address)}{register} ({confidence})");
        }
    }

    string Address(ulong address) => HumanText.Address(address, addressDigits);
}
