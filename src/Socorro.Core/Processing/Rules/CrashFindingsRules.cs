using System.Text.Json;

namespace Socorro.Processing.Rules;

sealed class PossibleBitFlipsRule : Rule
{
    public override string Name => "PossibleBitFlips";

    public override string About => "Gives the confidence of the likeliest flipped bit in whole percent.";

    public override IReadOnlyList<string> Outputs => ["possible_bit_flips_max_confidence"];

    public override void Act(Draft crash)
    {
        var confidences = crash.Report.Member("crash_info").Member("possible_bit_flips").Items()
            .Select(flip => flip.Member("confidence"))
            .Where(confidence => confidence.ValueKind == JsonValueKind.Number)
            .Select(confidence => confidence.GetDouble())
            .ToList();
        if (confidences.Count > 0)
            crash.Set("possible_bit_flips_max_confidence", (long)Math.Round(confidences.Max() * 100));
    }
}

sealed class GuardPageAccessRule : Rule
{
    public override string Name => "GuardPageAccess";

    public override string About => "Says that the crashing instruction touched a guard page, if it did.";

    public override IReadOnlyList<string> Outputs => ["has_guard_page_access"];

    public override void Act(Draft crash)
    {
        var info = crash.Report.Member("crash_info");
        if (info.Member("memory_accesses").Items().Any(IsGuardPage) || IsGuardPage(info.Member("instruction_pointer_update")))
            crash.Set("has_guard_page_access", true);
    }

    static bool IsGuardPage(JsonElement access) => access.Member("is_likely_guard_page").ValueKind == JsonValueKind.True;
}

sealed class MacCrashInfoRule : Rule
{
    public override string Name => "MacCrashInfo";

    public override string About => "Keeps what macOS and its libraries said about the crash, and how it was started.";

    public override IReadOnlyList<string> Outputs => ["mac_crash_info", "mac_boot_args", "has_mac_boot_args"];

    public override void Act(Draft crash)
    {
        var info = crash.Report.Member("mac_crash_info");
        if (info.Member("num_records").Integer() > 0)
            crash.Set("mac_crash_info", info.ToSortedText());

        if (crash.Report.Member("mac_boot_args").Text()?.Trim() is { Length: > 0 } arguments)
        {
            crash.Set("mac_boot_args", arguments);
            crash.Set("has_mac_boot_args", true);
        }
    }
}

sealed class SoftErrorsRule : Rule
{
    const int MaxLength = 4096;

    public override string Name => "SoftErrors";

    public override string About => $"Keeps what the dump writer could not do, as JSON text cut to {MaxLength} characters.";

    public override IReadOnlyList<string> Outputs => ["soft_errors"];

    public override void Act(Draft crash)
    {
        var errors = crash.Report.Member("soft_errors");
        if (errors.ValueKind == JsonValueKind.Undefined)
            return;

        var text = errors.ToSortedText();
        crash.Set("soft_errors", text.Length <= MaxLength ? text : text[..MaxLength]);
    }
}
