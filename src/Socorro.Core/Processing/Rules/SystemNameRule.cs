using System.Globalization;
using System.Text.RegularExpressions;

namespace Socorro.Processing.Rules;

/// <summary>Systems are sold under other numbers than they report.</summary>
sealed partial class SystemNameRule : Rule
{
    /// <summary>The first build of Windows that was called 11; it still reports version 10.0.</summary>
    const int FirstWindows11 = 21996;

    public override string Name => "SystemName";

    public override string About => "Names the operating system as people do, such as Windows 11 or macOS 14.";

    public override IReadOnlyList<string> Inputs => ["os_name", "os_version"];

    public override IReadOnlyList<string> Outputs => ["os_pretty_version"];

    public override void Act(Draft crash)
    {
        if (crash.FindText("os_name") is not { } name)
            return;

        var version = crash.FindText("os_version") ?? "";
        crash.Set("os_pretty_version", name switch
        {
            "Linux" => NameLinux(crash),
            "Android" => $"Android {version}".TrimEnd(),
            "Mac OS X" => NameMac(version) ?? name,
            _ when name.StartsWith("Windows", StringComparison.Ordinal) => NameWindows(version) ?? name,
            _ => name,
        });
    }

    static string NameLinux(Draft crash) =>
        crash.Report.Member("lsb_release").Member("description").Text()?.Trim() is { Length: > 0 } description ? description
        : crash.Sent("os_pretty_version")?.Trim() is { Length: > 0 } sent ? sent
        : "Linux";

    static string? NameMac(string version) => Read(version) switch
    {
        null => null,
        ( >= 11, _, _) and var (major, _, _) => $"macOS {major}",
        (10, var minor, _) => $"OS X 10.{minor}",
        _ => "OS X Unknown",
    };

    static string? NameWindows(string version) => Read(version) switch
    {
        null => null,
        (4, 0, _) => "Windows NT",
        (4, 1, _) => "Windows 98",
        (4, 9, _) => "Windows Me",
        (5, 0, _) => "Windows 2000",
        (5, 1, _) => "Windows XP",
        (5, 2, _) => "Windows Server 2003",
        (6, 0, _) => "Windows Vista",
        (6, 1, _) => "Windows 7",
        (6, 2, _) => "Windows 8",
        (6, 3, _) => "Windows 8.1",
        (10, 0, >= FirstWindows11) => "Windows 11",
        (10, 0, _) => "Windows 10",
        _ => "Windows Unknown",
    };

    static (int Major, int Minor, int Build)? Read(string version)
    {
        var match = Numbers().Match(version);
        return match.Success ? (Number(1), Number(2), Number(3)) : null;

        int Number(int group) => int.TryParse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture, out var n) ? n : 0;
    }

    [GeneratedRegex(@"\A\s*([0-9]{1,9})(?:\.([0-9]{1,9})(?:\.([0-9]{1,9}))?)?")]
    private static partial Regex Numbers();
}
