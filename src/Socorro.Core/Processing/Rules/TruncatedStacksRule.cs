using System.Globalization;
using System.Text.Json;

namespace Socorro.Processing.Rules;

/// <summary>
/// Says which stacks the report shows only the ends of. A stack that overflowed has tens of thousands of frames, all alike
/// in the middle.
/// </summary>
sealed class TruncatedStacksRule : Rule
{
    /// <summary>The most frames of a thread that a processed crash holds.</summary>
    public const int MaxFrames = 500;

    public override string Name => "TruncatedStacks";

    public override string About => $"Notes the threads of which only the ends are kept: those of more than {MaxFrames} frames.";

    public override IReadOnlyList<string> Outputs => [];

    public override void Act(Draft crash)
    {
        foreach (var dump in crash.Reported)
        {
            var place = dump == CrashInput.MainDump ? "json_dump" : $"{dump}.json_dump";
            foreach (var (index, thread) in crash.ReportOf(dump).Member("threads").Items().Index().Where(IsTruncated))
            {
                var count = thread.Member("frame_count").Integer() ?? 0;
                crash.Note(string.Create(
                    CultureInfo.InvariantCulture, $"{Name}: {place}.threads[{index}].frames: {count} > {MaxFrames}"));
            }
        }
    }

    static bool IsTruncated((int Index, JsonElement Thread) thread) =>
        thread.Thread.Member("truncated").ValueKind == JsonValueKind.True;
}
