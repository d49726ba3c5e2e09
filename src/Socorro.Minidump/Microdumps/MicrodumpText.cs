namespace Socorro.Minidumps.Microdumps;

/// <summary>
/// The lines of one microdump in a log, without what the log puts in front of them. Other processes may have written
/// between them, even microdumps of their own.
/// </summary>
readonly ref struct MicrodumpText
{
    const byte LineFeed = (byte)'\n';

    /// <summary>Processes that may write microdumps into each other.</summary>
    const int MostBegun = 64;

    readonly ReadOnlySpan<byte> _text;

    MicrodumpText(ReadOnlySpan<byte> text, LogMark mark, bool isWhole)
    {
        _text = text;
        Mark = mark;
        IsWhole = isWhole;
    }

    public static ReadOnlySpan<byte> Begin => "-----BEGIN BREAKPAD MICRODUMP-----"u8;

    static ReadOnlySpan<byte> Marker => " BREAKPAD MICRODUMP-----"u8;

    static ReadOnlySpan<byte> End => "-----END BREAKPAD MICRODUMP-----"u8;

    /// <summary>Whose lines they are.</summary>
    public LogMark Mark { get; }

    /// <summary>The first microdump that comes to its end; if none does, the first.</summary>
    public static bool TryFind(ReadOnlySpan<byte> log, out MicrodumpText found)
    {
        var begun = new List<(LogMark Mark, int Start)>();
        for (var at = 0; log[at..].IndexOf(Marker) is >= 0 and var next;)
        {
            var start = log[..(at + next)].LastIndexOf(LineFeed) + 1;
            var line = LineOf(log[start..]);
            at = log.Length - SkipLine(log[start..]).Length;
            var mark = LogMark.Read(line);
            var text = LogMark.Strip(line);
            var place = begun.FindIndex(one => one.Mark == mark);
            if (text.StartsWith(End) && place >= 0)
            {
                found = new(log[begun[place].Start..], mark, isWhole: true);
                return true;
            }

            // A process that begins once more did not come to the end before.
            if (text.StartsWith(Begin) && place >= 0)
                begun[place] = (mark, at);
            else if (text.StartsWith(Begin) && begun.Count < MostBegun)
                begun.Add((mark, at));
        }

        found = begun is [var first, ..] ? new(log[first.Start..], first.Mark, isWhole: false) : default;
        return begun.Count > 0;
    }

    /// <summary>Whether the end was written, too.</summary>
    public bool IsWhole { get; }

    /// <summary>The next line of this microdump, its end included.</summary>
    public bool TryTake(out ReadOnlySpan<byte> line, out MicrodumpText rest)
    {
        var text = _text;
        while (!text.IsEmpty)
        {
            var whole = LineOf(text);
            text = SkipLine(text);
            if (LogMark.Read(whole) != Mark)
                continue;

            line = LogMark.Strip(whole);
            rest = new(text, Mark, IsWhole);
            return true;
        }

        line = default;
        rest = default;
        return false;
    }

    static ReadOnlySpan<byte> LineOf(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf(LineFeed);
        return (end < 0 ? text : text[..end]).TrimEnd((byte)'\r');
    }

    static ReadOnlySpan<byte> SkipLine(ReadOnlySpan<byte> text) =>
        text.IndexOf(LineFeed) is >= 0 and var end ? text[(end + 1)..] : default;
}
