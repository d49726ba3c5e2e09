using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>Cuts a symbol text into lines and tells what kind of record each is, without looking into it.</summary>
ref struct RecordScanner(ReadOnlySpan<byte> text)
{
    /// <summary>A longer line is not looked into.</summary>
    public const int MaxLineLength = 2 << 20;

    readonly ReadOnlySpan<byte> _text = text;
    int _position;

    /// <summary>Where the current line begins.</summary>
    public int LineStart { get; private set; }

    /// <summary>Lines passed so far, the current one included.</summary>
    public int LineCount { get; private set; }

    public RecordKind Kind { get; private set; }

    /// <summary>Whether nothing is left behind the current line.</summary>
    public readonly bool IsAtEnd => _position >= _text.Length;

    /// <summary>The current line behind its keywords.</summary>
    public readonly FieldReader Fields => new(Body);

    ReadOnlySpan<byte> Body { get; set; }

    /// <summary>
    /// Goes to the next line that is not blank. A last line need not end in a line feed; carriage returns in front of one
    /// are no part of the line.
    /// </summary>
    public bool MoveNext()
    {
        while (_position < _text.Length)
        {
            LineStart = _position;
            LineCount++;
            var rest = _text[_position..];
            var length = rest.IndexOf((byte)'\n');
            var line = length < 0 ? rest : rest[..length];
            _position += line.Length + 1;
            while (line is [.., (byte)'\r'])
                line = line[..^1];
            if (line.IsEmpty)
                continue;

            Classify(line);
            return true;
        }

        return false;
    }

    /// <summary>Takes the next line if it is a plain line record, of which there are long runs.</summary>
    public bool TryTakeLineRecord(out LineRow record)
    {
        var taken = LineRecord.TryParseAtOnce(_text, ref _position, out record);
        if (taken)
            LineCount++;
        return taken;
    }

    void Classify(ReadOnlySpan<byte> line)
    {
        Body = line;
        Kind = RecordKind.Unknown;
        if (line.Length > MaxLineLength)
            return;

        Kind = RecordKind.Line;
        if (line[0] is >= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'f')
            return;

        Kind = line[0] switch
        {
            (byte)'F' => Match(line, "FUNC"u8, RecordKind.Function, "FILE"u8, RecordKind.File),
            (byte)'S' => ClassifyStack(line),
            (byte)'I' when line.StartsWith("INLINE_"u8) => Match(line, "INLINE_ORIGIN"u8, RecordKind.InlineOrigin),
            (byte)'I' => Match(line, "INLINE"u8, RecordKind.Inline, "INFO"u8, RecordKind.Info),
            (byte)'P' => Match(line, "PUBLIC"u8, RecordKind.Public),
            (byte)'M' => Match(line, "MODULE"u8, RecordKind.Module),
            >= (byte)'A' and <= (byte)'E' => RecordKind.Line,
            _ => RecordKind.Unknown,
        };

        // Upper-case hex digits are allowed, so a line record may begin like FUNC does.
        if (Kind == RecordKind.Unknown && line[0] == 'F')
            Kind = RecordKind.Line;
    }

    RecordKind ClassifyStack(ReadOnlySpan<byte> line)
    {
        if (Match(line, "STACK CFI INIT"u8, RecordKind.CfiInit) is var init and not RecordKind.Unknown)
            return init;

        return Match(line, "STACK CFI"u8, RecordKind.CfiRow, "STACK WIN"u8, RecordKind.Win);
    }

    RecordKind Match(
        ReadOnlySpan<byte> line,
        ReadOnlySpan<byte> keyword,
        RecordKind kind,
        ReadOnlySpan<byte> otherKeyword = default,
        RecordKind otherKind = RecordKind.Unknown)
    {
        if (line.StartsWith(keyword) && (line.Length == keyword.Length || line[keyword.Length] is (byte)' ' or (byte)'\t'))
        {
            Body = line[keyword.Length..];
            return kind;
        }

        return otherKeyword.IsEmpty ? RecordKind.Unknown : Match(line, otherKeyword, otherKind);
    }
}
