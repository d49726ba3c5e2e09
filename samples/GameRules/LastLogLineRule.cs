using System.Text;
using Socorro.Plugins;
using ZstdSharp;

namespace GameRules;

/// <summary>The game attaches its log, compressed: its last line often says what it was about to do.</summary>
public sealed class LastLogLineRule : PluginRule
{
    const string Log = "game_log";
    const int MaxLogBytes = 4 << 20;

    public override string Name => "LastLogLine";

    public override string About => "Keeps the last line of the game's log.";

    public override IReadOnlyList<string> Outputs => ["last_log_line"];

    public override IReadOnlyList<string> Attachments => [Log];

    public override void Act(PluginCrash crash)
    {
        if (crash.FindAttachment(Log) is not { } compressed)
            return;

        try
        {
            using var decompressor = new Decompressor();
            var text = Encoding.UTF8.GetString(decompressor.Unwrap(compressed.Span, MaxLogBytes));
            if (text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is [.., var last])
                crash.Set("last_log_line", last);
        }
        catch (ZstdException)
        {
            // Expected trouble is a note; an exception would say that the rule itself is broken.
            crash.Note("the game's log can't be unpacked");
        }
    }
}
