using System.Diagnostics.CodeAnalysis;
using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Images;

/// <summary>A piece of an image as the loader maps it.</summary>
/// <param name="Rva">Bytes from the module's base.</param>
readonly record struct ImageSegment(ulong Rva, ReadOnlyMemory<byte> Bytes)
{
    public ulong End => Rva + (ulong)Bytes.Length;
}

/// <summary>
/// The bytes of an executable or library by their place in memory, whether they come from its file or from the memory that
/// a dump holds of it.
/// </summary>
sealed class ImageView(IEnumerable<ImageSegment> segments)
{
    /// <summary>A piece that lies across several regions is copied together; tables are smaller than this.</summary>
    const int MaxStitched = 64 << 20;

    readonly ImageSegment[] _segments =
        [.. segments.Where(segment => segment.Bytes.Length > 0).OrderBy(segment => segment.Rva)];

    /// <summary>What a dump's memory holds of a module.</summary>
    public static ImageView Of(MemoryMap memory, ulong start, ulong end)
    {
        var segments = new List<ImageSegment>();
        var regions = memory.Regions;
        for (var i = memory.FirstEndingBehind(start); i < regions.Length && regions[i].Address < end; i++)
        {
            var (from, to) = (Math.Max(regions[i].Address, start), Math.Min(regions[i].End, end));
            segments.Add(new(from - start, regions[i].Bytes.Slice((int)(from - regions[i].Address), (int)(to - from))));
        }

        return new(segments);
    }

    /// <summary>The bytes from an address to the end of what is known there without a gap in one segment; empty when none are.</summary>
    public ReadOnlyMemory<byte> From(ulong rva)
    {
        var (low, high) = (0, _segments.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = _segments[middle].Rva <= rva ? (middle + 1, high) : (low, middle);
        }

        return low > 0 && rva < _segments[low - 1].End ? _segments[low - 1].Bytes[(int)(rva - _segments[low - 1].Rva)..] : default;
    }

    /// <summary>A number of bytes at an address; false unless all are known.</summary>
    public bool TryGet(ulong rva, ulong length, out ReadOnlyMemory<byte> bytes)
    {
        bytes = From(rva);
        if ((ulong)bytes.Length >= length)
        {
            bytes = bytes[..(int)length];
            return true;
        }

        if (length > MaxStitched || !TryStitch(rva, (int)length, out var copy))
            return false;

        bytes = copy;
        return true;
    }

    /// <summary>Copies bytes out; false, with nothing promised of the destination, unless all are known.</summary>
    public bool TryRead(ulong rva, Span<byte> destination)
    {
        while (true)
        {
            var bytes = From(rva).Span;
            if (bytes.Length >= destination.Length)
            {
                bytes[..destination.Length].CopyTo(destination);
                return true;
            }

            if (bytes.IsEmpty)
                return false;

            bytes.CopyTo(destination);
            destination = destination[bytes.Length..];
            rva += (ulong)bytes.Length;
        }
    }

    bool TryStitch(ulong rva, int length, [NotNullWhen(true)] out byte[]? copy)
    {
        // Before anything is set aside for it, the end must be there.
        copy = null;
        if (From(rva).IsEmpty || From(rva + (ulong)length - 1).IsEmpty)
            return false;

        copy = new byte[length];
        return TryRead(rva, copy);
    }
}
