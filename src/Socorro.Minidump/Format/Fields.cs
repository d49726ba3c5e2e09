using System.Buffers.Binary;

namespace Socorro.Minidumps.Format;

/// <summary>
/// The fields of one structure of the dump, read by the offsets that its specification gives, in the dump's byte order.
/// Whoever makes one has checked that the structure is all there; reading past it is a bug and throws.
/// </summary>
readonly ref struct Fields(ReadOnlySpan<byte> bytes, bool bigEndian)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public bool BigEndian { get; } = bigEndian;

    public int Length => Bytes.Length;

    /// <summary>Whether the structure reaches far enough to hold a field; older writers end it earlier.</summary>
    public bool Has(int offset, int size) => Length - offset >= size;

    public byte Byte(int offset) => Bytes[offset];

    public ushort UInt16(int offset)
    {
        var field = Bytes[offset..];
        return BigEndian ? BinaryPrimitives.ReadUInt16BigEndian(field) : BinaryPrimitives.ReadUInt16LittleEndian(field);
    }

    public uint UInt32(int offset)
    {
        var field = Bytes[offset..];
        return BigEndian ? BinaryPrimitives.ReadUInt32BigEndian(field) : BinaryPrimitives.ReadUInt32LittleEndian(field);
    }

    public ulong UInt64(int offset)
    {
        var field = Bytes[offset..];
        return BigEndian ? BinaryPrimitives.ReadUInt64BigEndian(field) : BinaryPrimitives.ReadUInt64LittleEndian(field);
    }

    /// <summary>A MINIDUMP_LOCATION_DESCRIPTOR: size, then RVA.</summary>
    public Location Location(int offset) => new(UInt32(offset), UInt32(offset + 4));

    /// <summary>A Windows GUID: three integers in the dump's byte order, then eight bytes.</summary>
    public Guid Guid(int offset) => new(Bytes.Slice(offset, 16), BigEndian);

    public Fields Slice(int offset, int length) => new(Bytes.Slice(offset, length), BigEndian);

    public Fields From(int offset) => new(Bytes[offset..], BigEndian);
}

/// <summary>Where something stands in the dump.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Rva">Bytes from the beginning of the dump.</param>
public readonly record struct Location(uint Size, ulong Rva);
