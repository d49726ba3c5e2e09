using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Cpu;

/// <summary>Where each enabled feature of the extended processor state (XSAVE) stands behind a context.</summary>
/// <param name="ContextSize">Bytes of a context with its extended state.</param>
/// <param name="EnabledFeatures">Bit i is set when feature i is saved.</param>
/// <param name="Features">64 features: bytes from the beginning of the extended state, and size.</param>
public sealed record ExtendedStateLayout(
    uint ContextSize, ulong EnabledFeatures, IReadOnlyList<(uint Offset, uint Size)> Features)
{
    internal static ExtendedStateLayout? Read(Fields misc)
    {
        const int start = 832;
        const int count = 64;
        if (!misc.Has(start, 16 + 8 * count) || misc.UInt32(start) == 0)
            return null;

        var features = new (uint, uint)[count];
        for (var i = 0; i < count; i++)
            features[i] = (misc.UInt32(start + 16 + 8 * i), misc.UInt32(start + 20 + 8 * i));
        return new(misc.UInt32(start + 4), misc.UInt64(start + 8), features);
    }
}
