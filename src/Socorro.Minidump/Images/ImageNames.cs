using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Images;

/// <summary>A function that an image names.</summary>
/// <param name="Rva">Relative to the image's base.</param>
/// <param name="Size">0 when the image does not say it.</param>
readonly record struct ImageName(uint Rva, uint Size, ReadOnlyMemory<byte> Name);

/// <summary>The functions that an image itself names, by address: symbols that linkers left, and exports.</summary>
sealed class ImageNames
{
    /// <summary>Together no more than this: a symbol takes 32 bytes here, and its name stays in the image.</summary>
    public const int MaxNames = 4 << 20;

    /// <summary>Code that far behind a name without a size is hardly the function's any more.</summary>
    const uint LongestUnsized = 64 << 10;

    readonly ImageName[] _names;

    /// <summary>Of several names at one address the one counts that was given first.</summary>
    public ImageNames(IEnumerable<ImageName> names)
    {
        var sorted = names.Take(MaxNames).OrderBy(name => name.Rva).ToArray();
        var kept = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            if (kept == 0 || sorted[kept - 1].Rva != sorted[i].Rva)
                sorted[kept++] = sorted[i];
            else if (sorted[kept - 1].Size == 0 && sorted[i].Size > 0)
                sorted[kept - 1] = sorted[i];
        }

        _names = sorted[..kept];
    }

    public static ImageNames Empty { get; } = new([]);

    public int Count => _names.Length;

    /// <summary>
    /// The function that covers an address. One without a size ends at the next name, and where an unwind table says that
    /// another function begins.
    /// </summary>
    public bool TryFind(uint rva, UnwindEntry entry, out FunctionSymbol symbol)
    {
        symbol = default;
        var (low, high) = (0, _names.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = _names[middle].Rva <= rva ? (middle + 1, high) : (low, middle);
        }

        if (low == 0)
            return false;

        var found = _names[low - 1];
        var bound = low < _names.Length ? _names[low].Rva - found.Rva : uint.MaxValue;
        var size = found.Size > 0 ? found.Size : Math.Min(bound, LongestUnsized);
        if (rva - found.Rva >= size || found.Size == 0 && entry.Function > found.Rva && entry.Function <= rva)
            return false;

        symbol = new() { Name = found.Name, Rva = found.Rva, Size = size, IsPublic = true };
        return true;
    }
}
