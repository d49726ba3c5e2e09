using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>The streams that are plain text.</summary>
static class TextStreams
{
    /// <summary>What the program or its user wrote about the dump, in ANSI or Unicode.</summary>
    public static string? ReadComment(DumpFile file)
    {
        var text = TryRead(file, StreamType.CommentStreamW, out var wide)
            ? file.DecodeUtf16(wide.Span[..(wide.Length & ~1)]).TrimEnd('\0')
            : null;
        return string.IsNullOrEmpty(text) ? ReadUtf8(file, StreamType.CommentStreamA)?.TrimEnd('\0') ?? text : text;
    }

    /// <summary>What the writer could not do, as JSON of its own making; it may be malformed.</summary>
    public static string? ReadSoftErrors(DumpFile file) => ReadUtf8(file, StreamType.MozSoftErrors);

    /// <summary>The arguments that a Mac was booted with.</summary>
    public static string? ReadMacBootArguments(DumpFile file) =>
        file.TryFindStream(StreamType.MozMacosBootargsStream, 12, out Fields stream)
            ? file.ReadUtf16(stream.UInt64(4))
            : null;

    /// <summary>Texts that each end with a NUL, as a Linux process's arguments and environment do.</summary>
    public static IReadOnlyList<string> ReadStrings(DumpFile file, StreamType type) =>
        [.. Split(file, type, 0).Take(file.Limits.MaxListEntries)];

    /// <summary>The lines of a /proc text that are not empty.</summary>
    public static IEnumerable<string> ReadLines(DumpFile file, StreamType type) => Split(file, type, (byte)'\n');

    static IEnumerable<string> Split(DumpFile file, StreamType type, byte separator)
    {
        if (!TryRead(file, type, out var rest))
            yield break;

        while (!rest.IsEmpty)
        {
            var end = rest.Span.IndexOf(separator);
            var part = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (!part.IsEmpty)
                yield return file.DecodeUtf8(part.Span[..Math.Min(part.Length, file.Limits.MaxStringLength)]);
        }
    }

    static string? ReadUtf8(DumpFile file, StreamType type) =>
        TryRead(file, type, out var text) ? file.DecodeUtf8(text.Span) : null;

    static bool TryRead(DumpFile file, StreamType type, out ReadOnlyMemory<byte> text)
    {
        text = default;
        if (file.FindStream(type) is not { } location || !file.TrySlice(location, out text))
            return false;

        if (text.Length > file.Limits.MaxText)
        {
            file.Problems.Add(type.ToString(), $"has {text.Length} bytes; the first {file.Limits.MaxText} were read");
            text = text[..file.Limits.MaxText];
        }

        return true;
    }
}
