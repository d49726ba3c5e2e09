using System.Globalization;
using System.Text.Json;
using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Processing;

/// <summary>Picks from a processed crash what lists show.</summary>
static class Summary
{
    public static CrashSummary Of(CrashId id, DateTimeOffset submittedAt, Func<string, string?> text) => new()
    {
        Id = id,
        SubmittedAt = submittedAt,
        Signature = text("signature") ?? "",
        Product = text("product") ?? "",
        Version = text("version") ?? "",
        BuildId = text("build") ?? "",
        Os = text("os_pretty_version") ?? "",
        Reason = text("reason") ?? "",
        Address = text("address") ?? "",
    };

    /// <summary>Reads it back from a stored document.</summary>
    public static CrashSummary Of(ProcessedCrash crash)
    {
        var document = JsonElement.Parse(crash.Json.Span);
        var submitted = document.Member("submitted_timestamp").Text();
        return Of(
            crash.Id,
            DateTimeOffset.Parse(submitted ?? "", CultureInfo.InvariantCulture),
            field => document.Member(field).Text());
    }
}
