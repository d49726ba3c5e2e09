using System.Buffers;

namespace Socorro.Signatures.Frames;

/// <summary>Chooses the frames of a stack that name its crash.</summary>
static class FrameSelection
{
    static readonly SearchValues<char> VersionCharacters = SearchValues.Create("0123456789.");

    /// <summary>
    /// The chosen frames: from the first sentinel on, without empty and irrelevant ones, up to the first that is no prefix.
    /// </summary>
    public static List<string> Select(IReadOnlyList<ListedFrame> frames, SignatureMode mode, List<string>? debug)
    {
        var kept = new List<string>();
        for (var i = StartOf(frames, debug); i < frames.Count; i++)
        {
            var frame = frames[i];
            if (frame.Text.Length == 0)
                continue;

            if (frame.IsIrrelevant)
            {
                debug?.Add($"irrelevant; ignoring: \"{frame.Text}\"");
                continue;
            }

            if (kept is [.., var last] && last == frame.Text && CollapsesWhenRepeated(frame.Text, mode))
                continue;

            kept.Add(frame.Text);
            if (!frame.IsPrefix)
            {
                debug?.Add($"not a prefix; stop: \"{frame.Text}\"");
                break;
            }

            debug?.Add($"prefix; continue iterating: \"{frame.Text}\"");
        }

        return kept;
    }

    /// <summary>The index of the first sentinel; 0 when there is none.</summary>
    public static int StartOf(IReadOnlyList<ListedFrame> frames, List<string>? debug)
    {
        for (var i = 0; i < frames.Count; i++)
        {
            foreach (var witness in frames[i].Witnesses)
            {
                if (witness is not null && !frames.Any(frame => frame.Text == witness))
                    continue;

                debug?.Add($"sentinel; starting at \"{frames[i].Text}\" index {i}");
                return i;
            }
        }

        return 0;
    }

    /// <summary>Frames known only by their module: several in a row say no more than one.</summary>
    static bool CollapsesWhenRepeated(string frame, SignatureMode mode) =>
        frame.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)
        || frame.EndsWith(".so", StringComparison.OrdinalIgnoreCase)
        || frame is "XUL" or "<name omitted>"
        || frame.StartsWith("<unknown in", StringComparison.Ordinal)
        || (mode == SignatureMode.Corrected && IsOtherModule(frame));

    static bool IsOtherModule(string frame)
    {
        if (frame.EndsWith(".dylib", StringComparison.Ordinal) || frame.EndsWith(".exe", StringComparison.OrdinalIgnoreCase))
            return true;

        // libc.so.6, libstdc++.so.6.0.32
        var version = frame.IndexOf(".so.", StringComparison.Ordinal);
        return version > 0 && frame.AsSpan(version + 4).IndexOfAnyExcept(VersionCharacters) < 0;
    }
}
