using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Cpu;

/// <summary>A feature of the extended processor state that was saved.</summary>
/// <param name="Number">Of XSAVE: 2 AVX, 5 to 7 AVX-512, 9 protection keys, 11 user shadow stacks.</param>
/// <param name="Offset">Bytes from the end of the context.</param>
readonly record struct SavedFeature(int Number, int Offset, int Size);

/// <summary>
/// The processor state that follows an x86 or amd64 context: CONTEXT_EX, which says where, then an XSAVE header and the
/// saved features (Intel SDM volume 1, chapter 13).
/// </summary>
static class ExtendedState
{
    /// <summary>Set in the flags of a context that such state follows.</summary>
    public const int Flag = 0x40;

    const int ContextExSize = 24;
    const int LegacySize = 512;
    const int HeaderSize = 64;
    const int FirstFeature = 2;
    const int CetUserFeature = 11;
    const int Compacted = 63;

    /// <summary>PL3_SSP of the feature CET_U; null when it was not saved or is not where the layout says.</summary>
    public static ulong? FindShadowStackPointer(Fields tail, ExtendedStateLayout layout)
    {
        foreach (var feature in FindAll(tail, layout))
        {
            if (feature is { Number: CetUserFeature, Size: >= 16 })
                return tail.UInt64(feature.Offset + 8);
        }

        return null;
    }

    /// <summary>The features that were saved, and are where the layout says.</summary>
    /// <param name="tail">What follows the context.</param>
    public static IReadOnlyList<SavedFeature> FindAll(Fields tail, ExtendedStateLayout layout)
    {
        if (!tail.Has(0, ContextExSize))
            return [];

        var start = tail.UInt32(16);
        if (start > (uint)tail.Length || !tail.Has((int)start, HeaderSize))
            return [];

        // The area begins with the header, so the standard format's offsets are less the legacy state in front of it. In
        // the compacted format the features that the mask names follow each other.
        var (saved, compaction) = (tail.UInt64((int)start), tail.UInt64((int)start + 8));
        var isCompacted = IsSet(compaction, Compacted);
        var features = new List<SavedFeature>();
        ulong next = HeaderSize;
        for (var number = FirstFeature; number < Compacted; number++)
        {
            var (standard, size) = layout.Features[number];
            var offset = start + (isCompacted ? next : (ulong)standard - LegacySize);
            if (IsSet(saved, number) && size > 0 && offset <= (ulong)tail.Length && size <= (ulong)tail.Length - offset)
                features.Add(new(number, (int)offset, (int)size));
            if (IsSet(compaction, number))
                next += size;
        }

        return features;
    }

    static bool IsSet(ulong mask, int bit) => (mask >> bit & 1) != 0;
}
