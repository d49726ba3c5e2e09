using System.Buffers.Binary;

namespace Socorro.Minidumps.Memory;

/// <summary>One captured range of the process's memory.</summary>
/// <param name="Address">Where the bytes were in the process.</param>
/// <param name="Bytes">The bytes as they stand in the dump.</param>
public readonly record struct MemoryRegion(ulong Address, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The first address behind the region. A region never reaches past 2^64 − 1.</summary>
    public ulong End => Address + (ulong)Bytes.Length;
}

/// <summary>
/// All captured memory of the process as one sorted map. Reads may cross from one region into an adjacent one
/// (full dumps split stacks); where captured ranges overlap, the one given later wins.
/// </summary>
public sealed class MemoryMap
{
    readonly MemoryRegion[] _regions;
    readonly bool _bigEndian;

    MemoryMap(MemoryRegion[] regions, bool bigEndian)
    {
        _regions = regions;
        _bigEndian = bigEndian;
    }

    /// <summary>The byte order of the process's numbers.</summary>
    public bool IsBigEndian => _bigEndian;

    /// <summary>The regions by rising address, without overlaps.</summary>
    public ReadOnlySpan<MemoryRegion> Regions => _regions;

    /// <summary>
    /// Builds the map. Empty regions and those that would wrap around the address space are left out.
    /// </summary>
    public static MemoryMap Build(IEnumerable<MemoryRegion> regions, bool bigEndian)
    {
        var usable = regions.Where(region => region.Bytes.Length > 0 && region.End > region.Address).ToArray();
        return new(Overlaps.Resolve(usable), bigEndian);
    }

    /// <summary>The region that holds an address.</summary>
    public bool TryFind(ulong address, out MemoryRegion region)
    {
        var index = FirstEndingBehind(address);
        var found = index < _regions.Length && _regions[index].Address <= address;
        region = found ? _regions[index] : default;
        return found;
    }

    /// <summary>Index of the first region that has bytes at an address or behind it; their number when none has.</summary>
    internal int FirstEndingBehind(ulong address)
    {
        var (low, high) = (0, _regions.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = _regions[middle].End <= address ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>Copies bytes out; false, with nothing promised of the destination, unless all were captured.</summary>
    public bool TryRead(ulong address, Span<byte> destination)
    {
        while (TryFind(address, out var region))
        {
            var bytes = region.Bytes.Span[(int)(address - region.Address)..];
            if (bytes.Length >= destination.Length)
            {
                bytes[..destination.Length].CopyTo(destination);
                return true;
            }

            bytes.CopyTo(destination);
            destination = destination[bytes.Length..];
            address += (ulong)bytes.Length;
        }

        return false;
    }

    /// <summary>Reads an unsigned integer of 1, 2, 4 or 8 bytes in the dump's byte order.</summary>
    public bool TryReadInteger(ulong address, int size, out ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        if (!TryRead(address, bytes[..size]))
        {
            value = 0;
            return false;
        }

        value = (size, _bigEndian) switch
        {
            (1, _) => bytes[0],
            (2, false) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            (2, true) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            (4, false) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            (4, true) => BinaryPrimitives.ReadUInt32BigEndian(bytes),
            (8, false) => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            (8, true) => BinaryPrimitives.ReadUInt64BigEndian(bytes),
            _ => throw new ArgumentOutOfRangeException(nameof(size), size, "is not 1, 2, 4 or 8"),
        };
        return true;
    }
}
