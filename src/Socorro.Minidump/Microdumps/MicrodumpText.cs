namespace Socorro.Minidumps.Microdumps;

/// <summary>
/// The lines of one microdump in a log, without what the log puts in front of them. Other processes may have written
/// between them, even microdumps of their own.
/// </summary>
readonly ref struct MicrodumpText
{
    const byte LineFeed = (byte)'\n';

    readonly ReadOnlySpan<byte> _text;

    MicrodumpText(ReadOnlySpan<byte> text, LogMark mark)
    {
        _text = text;
        Mark = mark;
    }

    public static ReadOnlySpan<byte> Begin => "-----BEGIN BREAKPAD MICRODUMP-----"u8;

    static ReadOnlySpan<byte> End => "-----END BREAKPAD MICRODUMP-----"u8;

    /// <summary>Whose lines they are.</summary>
    public LogMark Mark { get; }

    /// <summary>The first microdump that has its end; if none has, the first.</summary>
    public static bool TryFind(ReadOnlySpan<byte> log, out MicrodumpText found)
    {
        const int mostBegun = 64; // each is searched for its end, up to the end of the log
        found = default;
        var isFound = false;
        var rest = log;
        for (var begun = 0; begun < mostBegun && rest.IndexOf(Begin) is >= 0 and var begin; begun++)
        {
            var tagged = rest[(rest[..begin].LastIndexOf(LineFeed) + 1)..];
            var text = new MicrodumpText(SkipLine(tagged), LogMark.Read(LineOf(tagged)));
            if (!isFound || text.IsWhole)
                found = text;
            isFound = true;
            if (text.IsWhole)
                break;

            rest = rest[(begin + Begin.Length)..];
        }

        return isFound;
    }

    /// <summary>Whether the end was written, too.</summary>
    public bool IsWhole
    {
        get
        {
            var lines = this;
            while (lines.TryTake(out var line, out lines))
            {
                if (line.StartsWith(End))
                    return true;
            }

            return false;
        }
    }

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
            rest = new(text, Mark);
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
