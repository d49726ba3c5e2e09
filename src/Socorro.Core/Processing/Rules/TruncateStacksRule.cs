using System.Text.Json;
using System.Text.Json.Nodes;

namespace Socorro.Processing.Rules;

/// <summary>
/// A stack that overflowed has tens of thousands of frames, all alike in the middle: its ends say what happened.
/// </summary>
sealed class TruncateStacksRule : Rule
{
    public const int MaxFrames = 500;
    const int Head = 250;
    const int Tail = 249;

    public override string Name => "TruncateStacks";

    public override string About => $"Keeps the first {Head} and the last {Tail} frames of a stack of more than {MaxFrames}.";

    public override IReadOnlyList<string> Outputs => [];

    public override bool Applies(Draft crash) => crash.Reported.Any(dump => HasLongStack(crash.ReportOf(dump)));

    public override void Act(Draft crash)
    {
        foreach (var dump in crash.Reported.Where(dump => HasLongStack(crash.ReportOf(dump))).ToList())
        {
            var report = JsonObject.Create(crash.ReportOf(dump))!; // Reports are objects.
            var place = dump == CrashInput.MainDump ? "json_dump" : $"{dump}.json_dump";
            foreach (var (path, thread) in LongStacks(report))
                crash.Note($"TruncateStacks: {place}.{path}.frames: {Truncate(thread)} > {MaxFrames}");

            crash.ReplaceReport(dump, report);
        }
    }

    static bool HasLongStack(JsonElement report) =>
        report.Member("threads").Items().Append(report.Member("crashing_thread")).Any(IsLong);

    static bool IsLong(JsonElement thread) =>
        thread.Member("frames") is { ValueKind: JsonValueKind.Array } frames && frames.GetArrayLength() > MaxFrames;

    static List<(string Path, JsonObject Thread)> LongStacks(JsonObject report)
    {
        var threads = (report["threads"] as JsonArray ?? []).Select((thread, i) => ($"threads[{i}]", thread));
        return [.. threads.Append(("crashing_thread", report["crashing_thread"]))
            .Where(thread => thread.Item2?["frames"] is JsonArray { Count: > MaxFrames })
            .Select(thread => (thread.Item1, thread.Item2!.AsObject()))];
    }

    /// <summary>Returns how many frames there were.</summary>
    static int Truncate(JsonObject thread)
    {
        var frames = thread["frames"]!.AsArray();
        var count = frames.Count;
        var marker = new JsonObject { ["truncated"] = new JsonObject { ["msg"] = $"{count - Head - Tail} frames truncated" } };
        thread["frames"] = new JsonArray(
        [
            .. frames.Take(Head).Select(frame => frame?.DeepClone()),
            marker,
            .. frames.Skip(count - Tail).Select(frame => frame?.DeepClone()),
        ]);
        thread["truncated"] = true;
        return count;
    }
}
