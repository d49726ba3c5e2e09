using System.Security.Cryptography;
using System.Text;
using Socorro.Signatures.Frames;
using Socorro.Signatures.Lists;

namespace Socorro.Signatures;

/// <summary>The signature of a native stack: its frames in the spelling of signatures, and the lists' choice among them.</summary>
sealed class StackSignature(SignatureLists lists, SignatureMode mode)
{
    const string Delimiter = " | ";

    /// <summary>Calls inlined into a frame count like frames.</summary>
    const int MaxEntries = 40;

    /// <summary>How far to look when all entries before that are irrelevant.</summary>
    const int MaxEntriesSearched = 1024;

    /// <summary>Frames of the program that make the stack hash; deeper ones are mostly the same main loop.</summary>
    const int MaxHashed = 10;

    readonly FrameClassifier _classifier = new(lists);

    public FrameNormalizer Normalizer { get; } = new(lists.LineNumbers, mode);

    public (string Text, IReadOnlyList<string> Notes) Of(CrashData crash, SignatureDraft draft)
    {
        var thread = crash.FindCrashingThread(mode);
        var isWindows = crash.Os == "Windows NT";
        var frames = thread is null ? [] : ReadFrames(thread, isWindows, MaxEntries);
        if (frames.Count > 0)
        {
            draft.NormalizedFrames = NamesOf(frames);
            draft.ProtoSignature = string.Join(Delimiter, draft.NormalizedFrames);
            draft.StackHash = HashOf(frames);
        }

        var number = crash.CrashingThread ?? (draft.IsCompatible || thread is not null ? 0 : null);
        var signature = Generate(frames, number, draft.Debug);
        return signature.IsWithoutChoice && !draft.IsCompatible && frames.Count == MaxEntries
            && Generate(ReadFrames(thread!, isWindows, MaxEntriesSearched), number, draft.Debug) is { IsWithoutChoice: false } deeper
            ? (deeper.Text, deeper.Notes)
            : (signature.Text, signature.Notes);
    }

    /// <summary>The signature of frames that are spelled already; the thread's number is for the notes.</summary>
    public (string Text, IReadOnlyList<string> Notes, bool IsWithoutChoice) Generate(
        IReadOnlyList<ListedFrame> frames, long? thread, List<string>? debug, string delimiter = Delimiter)
    {
        var chosen = FrameSelection.Select(frames, mode, debug);
        if (chosen.Count > 0)
            return (string.Join(delimiter, chosen), [], false);

        if (thread is null)
            return ("EMPTY: no crashing thread identified", ["CSignatureTool: no crashing thread identified"], true);

        var noData = $"CSignatureTool: no frame data for crashing thread ({thread})";
        if (frames.Count == 0)
            return ("EMPTY: no frame data available", [noData], true);

        var first = FrameSelection.StartOf(frames, debug: null);
        if (mode == SignatureMode.Compatible)
            return (frames[first].Text, [noData], true);

        return frames.Skip(first).FirstOrDefault(frame => frame.Text.Length > 0) is { } named
            ? (named.Text, [$"CSignatureTool: all frames of crashing thread ({thread}) are irrelevant, took the first"], true)
            : ("EMPTY: no frame data available", [noData], true);
    }

    public List<ListedFrame> ReadFrames(StackThread thread, bool lowerCaseModules, int maxEntries)
    {
        var frames = new List<ListedFrame>(Math.Min(maxEntries, thread.Frames.Count));
        foreach (var entry in FrameEntry.Of(thread, lowerCaseModules))
        {
            if (frames.Count == maxEntries)
                break;

            frames.Add(_classifier.Classify(Normalizer.Normalize(entry)));
        }

        return frames;
    }

    public ListedFrame Classify(string frame) => _classifier.Classify(frame);

    string[] NamesOf(List<ListedFrame> frames)
    {
        var names = frames.Select(frame => frame.Text);
        return [.. mode == SignatureMode.Compatible ? names : names.Where(name => name.Length > 0)];
    }

    static string? HashOf(List<ListedFrame> frames)
    {
        var own = new List<string>(MaxHashed);
        foreach (var frame in frames)
        {
            if (own.Count == MaxHashed)
                break;

            var isOwn = !frame.IsIrrelevant && !frame.IsPrefix && frame.Text.Length > 0 && frame.Text[0] != '@';
            if (isOwn && (own.Count == 0 || own[^1] != frame.Text))
                own.Add(frame.Text);
        }

        return own.Count == 0
            ? null
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', own))).AsSpan(0, 8));
    }
}
