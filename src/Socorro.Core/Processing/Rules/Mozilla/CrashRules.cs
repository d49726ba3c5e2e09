using System.Globalization;

namespace Socorro.Processing.Rules.Mozilla;

sealed class MozCrashReasonRule : Rule
{
    const string Sanitized = "sanitized--see moz_crash_reason_raw";

    /// <summary>After these, a reason quotes what the user worked on.</summary>
    static readonly string[] PrivateBeginnings =
        ["Failed to load module", "byte index", "do not use eval with system privileges"];

    public override string Name => "MozCrashReason";

    public override string About => "Keeps the assertion as sent, and for everyone where it cannot hold private parts.";

    public override IReadOnlyList<string> Outputs => ["moz_crash_reason_raw", "moz_crash_reason"];

    public override bool Applies(Draft crash) => crash.Sent("moz_crash_reason_raw") is { Length: > 0 };

    public override void Act(Draft crash)
    {
        var reason = crash.Sent("moz_crash_reason_raw")!; // Applies has seen it.
        var isPrivate = PrivateBeginnings.Any(start => reason.StartsWith(start, StringComparison.Ordinal));
        crash.Set("moz_crash_reason_raw", reason);
        crash.Set("moz_crash_reason", isPrivate ? Sanitized : reason);
    }
}

sealed class PhcRule : Rule
{
    public override string Name => "Phc";

    public override string About => "Keeps what the probabilistic heap checker knows of the address.";

    public override IReadOnlyList<string> Outputs =>
        ["phc_kind", "phc_base_address", "phc_usable_size", "phc_alloc_stack", "phc_free_stack"];

    public override bool Applies(Draft crash) => crash.Sent("phc_kind") is not null;

    public override void Act(Draft crash)
    {
        crash.Set("phc_kind", crash.Sent("phc_kind"));
        if (Read(crash.Sent("phc_base_address")) is { } address)
            crash.Set("phc_base_address", $"0x{address:x}");
        if (Read(crash.Sent("phc_usable_size")) is { } size and <= long.MaxValue)
            crash.Set("phc_usable_size", (long)size);
        if (crash.Sent("phc_alloc_stack") is { } allocated)
            crash.Set("phc_alloc_stack", allocated);
        if (crash.Sent("phc_free_stack") is { } freed)
            crash.Set("phc_free_stack", freed);
    }

    static ulong? Read(string? text) =>
        ulong.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
}

sealed class ShutdownHangRule : Rule
{
    public override string Name => "ShutdownHang";

    public override string About => "Points at the main thread when shutting down hung: the watchdog's own thread tells nothing.";

    public override IReadOnlyList<string> Inputs => ["signature"];

    public override IReadOnlyList<string> Outputs => ["crashing_thread"];

    public override bool Applies(Draft crash) =>
        crash.FindText("signature")?.StartsWith("shutdownhang", StringComparison.Ordinal) == true;

    public override void Act(Draft crash) => crash.Set("crashing_thread", 0L);
}
