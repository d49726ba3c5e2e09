namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>
/// Decides how far a PUBLIC symbol may be believed. It has no size, so whatever is known to begin or end behind it bounds
/// it: the next symbol, the next range of unwind rules, the end of the range that it is in, and in any case 64 KiB. Without
/// such bounds a lone symbol names the megabytes of other functions behind it.
/// </summary>
readonly ref struct PublicBounds(
    ReadOnlySpan<uint> functionStarts, ReadOnlySpan<uint> publicStarts, ReadOnlySpan<AddressRange> unwindRanges)
{
    const ulong Reach = 1 << 16;
    const uint Alignment = 16;

    readonly ReadOnlySpan<uint> _functionStarts = functionStarts;
    readonly ReadOnlySpan<uint> _publicStarts = publicStarts;
    readonly ReadOnlySpan<AddressRange> _unwindRanges = unwindRanges;

    /// <summary>Bytes of belief; 0 where a FUNC begins at the same address, which knows better.</summary>
    public uint SizeOf(uint rva)
    {
        var function = UpperBound(_functionStarts, rva);
        if (function > 0 && _functionStarts[function - 1] == rva)
            return 0;

        var end = Math.Min(rva + Reach, 1UL << 32);
        if (function < _functionStarts.Length)
            end = Math.Min(end, _functionStarts[function]);
        if (UpperBound(_publicStarts, rva) is var next && next < _publicStarts.Length)
            end = Math.Min(end, _publicStarts[next]);

        return (uint)(Math.Min(end, EndOfRules(rva)) - rva);
    }

    // Functions in assembly language, such as the C library's clone3, can have several ranges with a hole between them. They
    // are told from other functions by their alignment.
    ulong EndOfRules(uint rva)
    {
        var next = UpperBound(_unwindRanges, rva);
        var end = next > 0 && _unwindRanges[next - 1].End > rva ? _unwindRanges[next - 1].End : 0;
        while (end > 0 && rva % Alignment == 0 && next < _unwindRanges.Length
            && _unwindRanges[next].Start % Alignment != 0 && _unwindRanges[next].Start - end < Alignment)
        {
            end = _unwindRanges[next].End;
            next++;
        }

        if (end > 0)
            return end;

        return next < _unwindRanges.Length ? _unwindRanges[next].Start : ulong.MaxValue;
    }

    static int UpperBound(ReadOnlySpan<uint> starts, uint rva)
    {
        var (low, high) = (0, starts.Length);
        while (low < high)
        {
            var middle = (int)((uint)(low + high) >> 1);
            (low, high) = starts[middle] <= rva ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    static int UpperBound(ReadOnlySpan<AddressRange> ranges, uint rva)
    {
        var (low, high) = (0, ranges.Length);
        while (low < high)
        {
            var middle = (int)((uint)(low + high) >> 1);
            (low, high) = ranges[middle].Start <= rva ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}

/// <summary>A range of addresses. The end may be 2^32.</summary>
readonly record struct AddressRange(uint Start, ulong End)
{
    /// <summary>Bytes of a range that a text claims; ranges end with the address space at the latest.</summary>
    public static uint ClampSize(ulong start, ulong size) => (uint)Math.Min(size, Math.Min(uint.MaxValue, (1UL << 32) - start));
}
