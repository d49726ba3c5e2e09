using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Socorro.Processing.Rules;

/// <summary>What was sent, whether or not anything is declared to be made of it.</summary>
sealed partial class CrashReportKeysRule : Rule
{
    const int MaxLength = 100;

    public override string Name => "CrashReportKeys";

    public override string About =>
        "Lists the names of all annotations and dumps that are plain letters, digits, _ and -; longer ones are cut to 100.";

    public override IReadOnlyList<string> Outputs => ["crash_report_keys"];

    public override void Act(Draft crash)
    {
        var sent = crash.Raw.Annotations.Keys.Select(Processing.Annotations.Clean).Concat(crash.Raw.Dumps.Select(dump => dump.Name)).ToList();
        var valid = sent.Where(key => ValidKey().IsMatch(key)).ToList();
        var keys = valid.Select(key => key.Length <= MaxLength ? key : key[..MaxLength]);
        if (valid.Count < sent.Count || valid.Any(key => key.Length > MaxLength))
            crash.Note("invalidkeys: Crash report contains invalid keys");

        crash.Set(
            "crash_report_keys",
            new JsonArray([.. keys.Distinct().Order(StringComparer.Ordinal).Select(key => JsonValue.Create(key))]));
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_-]+\z")]
    private static partial Regex ValidKey();
}

sealed class CollectorMetadataRule : Rule
{
    public override string Name => "CollectorMetadata";

    public override string About => "Keeps how the crash arrived, under the names that the collector's metadata has always had.";

    public override IReadOnlyList<string> Outputs => ["collector_metadata", "collector_notes"];

    public override void Act(Draft crash)
    {
        var metadata = crash.Raw.Metadata;
        crash.Set("collector_notes", Notes());
        crash.Set("collector_metadata", new JsonObject
        {
            ["payload"] = metadata.Payload,
            ["payload_compressed"] = metadata.IsCompressed ? "1" : "0",
            ["payload_size"] = metadata.PayloadSize,
            ["collector_notes"] = Notes(),
            ["dump_checksums"] = new JsonObject(
                crash.Raw.Dumps.Select(dump => KeyValuePair.Create(dump.Name, (JsonNode?)dump.Sha256))),
            ["user_agent"] = metadata.UserAgent,
            ["throttle_rule"] = metadata.ThrottleRule,
            ["throttle_rate"] = metadata.ThrottleRate,
        });

        JsonArray Notes() => new([.. metadata.Notes.Select(note => JsonValue.Create(note))]);
    }
}

sealed class MinidumpSha256Rule : Rule
{
    public override string Name => "MinidumpSha256";

    public override string About => "Gives the hash of the main dump, empty when there is none.";

    public override IReadOnlyList<string> Outputs => ["minidump_sha256_hash"];

    public override void Act(Draft crash) => crash.Set(
        "minidump_sha256_hash",
        crash.Raw.Dumps.FirstOrDefault(dump => dump.Name == CrashInput.MainDump)?.Sha256 ?? "");
}
