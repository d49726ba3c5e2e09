using System.Globalization;

namespace Socorro.Processing.Rules;

sealed class SystemRule : Rule
{
    const string Unknown = "Unknown";
    const string Android = "Android";

    public override string Name => "System";

    public override string About => "Names the operating system by the dump; where it does not, by Android or the client.";

    public override IReadOnlyList<string> Inputs => ["android_version"];

    public override IReadOnlyList<string> Outputs => ["os_name", "os_version"];

    public override void Act(Draft crash)
    {
        var system = crash.Report.Member("system_info");
        var name = system.Member("os").Text()?.Trim() is { Length: > 0 } os ? os : Unknown;
        var version = system.Member("os_ver").Text()?.Trim() ?? "";

        if ((name == Unknown || name.Equals(Android, StringComparison.OrdinalIgnoreCase))
            && crash.FindText("android_version") is { Length: > 0 } android)
        {
            name = Android;
            if (int.TryParse(android.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var sdk))
                version = sdk.ToString(CultureInfo.InvariantCulture);
        }

        crash.Set("os_name", name == Unknown ? crash.Sent("os_name") ?? Unknown : name);
        crash.Set("os_version", version.Length == 0 ? crash.Sent("os_version") ?? "" : version);
    }
}
