using System.Buffers.Text;

namespace Socorro.Minidumps.Microdumps;

/// <summary>How the log marks lines: "F/google-breakpad( 3745): " or "02-23 15:49:14.700  1740  1739 F google-breakpad: ".</summary>
/// <param name="IsTagged">False for lines that went to no log but to the standard error.</param>
readonly record struct LogMark(bool IsTagged, uint? ProcessId, uint? ThreadId)
{
    static ReadOnlySpan<byte> Tag => "google-breakpad"u8;

    public static LogMark Read(ReadOnlySpan<byte> line)
    {
        var tag = line.IndexOf(Tag);
        if (tag < 0)
            return default;

        var behind = line[(tag + Tag.Length)..];
        if (behind is [(byte)'(', .. var number])
            return new(true, ParseNumber(number.TrimStart((byte)' ')), null);

        Span<Range> words = stackalloc Range[8];
        var before = line[..tag].Trim((byte)' ');
        var count = SplitWords(before, words);
        return count is >= 3 and <= 7
            ? new(true, ParseNumber(before[words[count - 3]]), ParseNumber(before[words[count - 2]]))
            : new(true, null, null);
    }

    public static ReadOnlySpan<byte> Strip(ReadOnlySpan<byte> line)
    {
        var tag = line.IndexOf(Tag);
        var colon = tag < 0 ? -1 : line[tag..].IndexOf((byte)':');
        return colon < 0 ? line : line[(tag + colon + 1)..].TrimStart((byte)' ');
    }

    static int SplitWords(ReadOnlySpan<byte> text, Span<Range> words)
    {
        var count = 0;
        foreach (var word in text.Split((byte)' '))
        {
            if (text[word].IsEmpty)
                continue;
            if (count == words.Length)
                return count;
            words[count++] = word;
        }

        return count;
    }

    static uint? ParseNumber(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out uint number, out _) ? number : null;
}
