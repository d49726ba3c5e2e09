using Socorro.Signatures.Lists;

namespace Socorro.Signatures.Frames;

/// <summary>What the lists say of a frame.</summary>
/// <param name="Text">The frame as signatures spell it.</param>
/// <param name="IsIrrelevant">It never names a crash.</param>
/// <param name="IsPrefix">It names a crash together with the frame below it.</param>
/// <param name="Witnesses">The frames that make it a sentinel, null among them for always; empty when it is none.</param>
sealed record ListedFrame(string Text, bool IsIrrelevant, bool IsPrefix, IReadOnlyList<string?> Witnesses);

/// <summary>Looks frames up in the lists, once for each text.</summary>
sealed class FrameClassifier(SignatureLists lists)
{
    const int CacheCapacity = 16_384;
    const int MaxCachedLength = 512;

    readonly BoundedCache<string, ListedFrame> _frames = new(CacheCapacity);

    public ListedFrame Classify(string frame) =>
        frame.Length <= MaxCachedLength ? _frames.GetOrAdd(frame, LookUp) : LookUp(frame);

    ListedFrame LookUp(string frame) => new(
        frame,
        lists.Irrelevant.Matches(frame),
        lists.Prefix.Matches(frame),
        lists.Sentinels.GetValueOrDefault(frame) ?? []);
}
