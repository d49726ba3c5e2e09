using System.Text.Json;
using System.Text.Json.Nodes;

namespace Socorro.Processing.Rules;

sealed class StackWalkRule : Rule
{
    const int MaxLines = 10;

    public override string Name => "StackWalk";

    public override string About =>
        "Keeps what came of walking the dumps: of the main one in the crash itself, of the others in a member each.";

    public override IReadOnlyList<string> Outputs =>
    [
        "json_dump", "mdsw_status_string", "mdsw_return_code", "mdsw_stderr", "stackwalk_version", "additional_minidumps",
        "upload_file_minidump_*",
    ];

    public override bool Applies(Draft crash) => crash.Walks.Count > 0;

    public override void Act(Draft crash)
    {
        foreach (var walk in crash.Walks)
        {
            if (walk.Status == DumpWalk.Empty)
                crash.Note($"{Name}: {walk.Name} is empty--skipping minidump processing");
            else if (walk.Status != DumpWalk.Ok)
                crash.Note($"{Name}: {walk.Name} failed: {walk.Status}");

            var report = crash.ReportOf(walk.Name);
            if (walk.Name == CrashInput.MainDump)
            {
                if (report.ValueKind == JsonValueKind.Object)
                    crash.Set("json_dump", report);
                foreach (var (field, value) in Describe(walk))
                    crash.Set(field, value);
            }
            else
            {
                var other = new JsonObject(Describe(walk));
                if (report.ValueKind == JsonValueKind.Object)
                    other["json_dump"] = JsonObject.Create(report);
                crash.Set(walk.Name, other);
            }
        }

        var others = crash.Walks.Where(walk => walk.Name != CrashInput.MainDump).Select(walk => JsonValue.Create(walk.Name));
        if (others.Any())
            crash.Set("additional_minidumps", new JsonArray([.. others]));
    }

    static IEnumerable<KeyValuePair<string, JsonNode?>> Describe(DumpWalk walk)
    {
        yield return new("mdsw_status_string", walk.Status);
        yield return new("mdsw_return_code", walk.Status == DumpWalk.Ok ? 0 : 1);
        yield return new("mdsw_stderr", string.Join('\n', walk.Problems.TakeLast(MaxLines)));
        yield return new("stackwalk_version", $"socorro {ProductVersion.Current}");
    }
}
