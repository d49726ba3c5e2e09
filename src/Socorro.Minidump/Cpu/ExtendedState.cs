using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Cpu;

/// <summary>
/// The processor state that follows an x86 or amd64 context: CONTEXT_EX, which says where, then an XSAVE header and the
/// saved features (Intel SDM volume 1, chapter 13).
/// </summary>
static class ExtendedState
{
    const int ContextExSize = 24;
    const int LegacySize = 512;
    const int HeaderSize = 64;
    const int CetUserFeature = 11;
    const ulong Compacted = 1UL << 63;

    /// <summary>PL3_SSP of the feature CET_U; null when it was not saved or is not where the layout says.</summary>
    public static ulong? FindShadowStackPointer(Fields tail, ExtendedStateLayout layout)
    {
        if (!tail.Has(0, ContextExSize))
            return null;

        var start = tail.UInt32(16);
        if (start > (uint)tail.Length || !tail.Has((int)start, HeaderSize))
            return null;

        var area = tail.From((int)start);
        var saved = area.UInt64(0);
        var offset = FindFeature(area.UInt64(8), layout);
        if ((saved >> CetUserFeature & 1) == 0 || offset > (ulong)area.Length || !area.Has((int)offset, 16))
            return null;

        return area.UInt64((int)offset + 8);
    }

    // The area begins with the header, so the standard format's offsets are less the legacy state in front of it. In
    // the compacted format the features that the mask names follow each other.
    static ulong FindFeature(ulong compaction, ExtendedStateLayout layout)
    {
        if ((compaction & Compacted) == 0)
            return (ulong)layout.Features[CetUserFeature].Offset - LegacySize;

        ulong offset = HeaderSize;
        for (var feature = 2; feature < CetUserFeature; feature++)
        {
            if ((compaction >> feature & 1) != 0)
                offset += layout.Features[feature].Size;
        }

        return offset;
    }
}
