using System.Globalization;

namespace Socorro.Processing.Rules;

sealed class MajorVersionRule : Rule
{
    public override string Name => "MajorVersion";

    public override string About => "Reads the number before the first dot of the version; 0 when there is none.";

    public override IReadOnlyList<string> Inputs => ["version"];

    public override IReadOnlyList<string> Outputs => ["major_version"];

    public override void Act(Draft crash)
    {
        var major = crash.FindText("version")?.Split('.')[0];
        crash.Set(
            "major_version",
            long.TryParse(major?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0);
    }
}

sealed class ProcessTypeRule : Rule
{
    public override string Name => "ProcessType";

    public override string About => "Names the process; parent when the client said nothing, or main.";

    public override IReadOnlyList<string> Outputs => ["process_type"];

    public override void Act(Draft crash) =>
        crash.Set("process_type", crash.Sent("process_type") is { Length: > 0 } type && type != "main" ? type : "parent");
}

sealed class ReportTypeRule : Rule
{
    public override string Name => "ReportType";

    public override string About =>
        "Calls it a hang when a watchdog stopped the process or the client says what hung; else a crash.";

    public override IReadOnlyList<string> Inputs => ["hang", "ipc_channel_error", "async_shutdown_timeout", "crashing_thread"];

    public override IReadOnlyList<string> Outputs => ["report_type"];

    public override void Act(Draft crash)
    {
        var isHang = crash.FindText("hang") is { Length: > 0 }
            || crash.Find("ipc_channel_error") is not null
            || crash.Find("async_shutdown_timeout") is not null
            || CrashingStack.Frames(crash).Any(frame => frame.Member("function").Text()?.Contains("RunWatchdog") == true);
        crash.Set("report_type", isHang ? "hang" : "crash");
    }
}
