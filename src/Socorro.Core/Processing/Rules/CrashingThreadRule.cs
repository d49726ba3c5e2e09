using System.Text.Json;

namespace Socorro.Processing.Rules;

sealed class CrashingThreadRule : Rule
{
    public override string Name => "CrashingThread";

    public override string About => "Says which thread crashed, why, and at which address.";

    public override IReadOnlyList<string> Outputs =>
        ["crashing_thread", "crashing_thread_name", "address", "reason", "last_error_value"];

    public override bool Applies(Draft crash) => crash.Report.ValueKind == JsonValueKind.Object;

    public override void Act(Draft crash)
    {
        var info = crash.Report.Member("crash_info");
        var thread = crash.Report.Member("crashing_thread");
        var index = info.Member("crashing_thread").Integer();

        crash.Set("crashing_thread", index);
        crash.Set("reason", info.Member("type").Text() ?? "");
        crash.Set("address", AddressOf(info));
        if (thread.Member("thread_name").Text() is { } name)
            crash.Set("crashing_thread_name", name);
        if (thread.Member("last_error_value").Text() is { } error)
            crash.Set("last_error_value", error);
        if (index is null)
            crash.Note("mdsw did not identify the crashing thread");
    }

    static string? AddressOf(JsonElement info)
    {
        var reported = info.Member("address").Text();
        var adjusted = info.Member("adjusted_address");
        return adjusted.Member("kind").Text() switch
        {
            "null-pointer" => reported?.Length == "0x".Length + 16 ? "0x0000000000000000" : "0x00000000",
            "non-canonical" => adjusted.Member("address").Text() ?? reported,
            _ => reported,
        };
    }
}
