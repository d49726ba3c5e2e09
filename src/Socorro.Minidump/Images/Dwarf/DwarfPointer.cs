namespace Socorro.Minidumps.Images.Dwarf;

/// <summary>
/// Pointers as .eh_frame encodes them (Linux Standard Base, "DWARF Extensions"): the low four bits say how the number is
/// written, the next three what it is relative to.
/// </summary>
/// <param name="AddressSize">Bytes of an address.</param>
/// <param name="ImageBase">The address that the image was linked for, which absolute pointers include.</param>
/// <param name="DataBase">What data-relative pointers are relative to: the beginning of .eh_frame_hdr.</param>
readonly record struct DwarfPointer(int AddressSize, ulong ImageBase, ulong DataBase)
{
    public const byte Omitted = 0xff;
    const byte Indirect = 0x80;

    /// <summary>Reads a pointer as an address relative to the image's base. Null for one that can't be followed here.</summary>
    /// <param name="at">Where the number itself stands, relative to the image's base.</param>
    public ulong? Read(ref ByteCursor cursor, byte encoding, ulong at)
    {
        var number = ReadNumber(ref cursor, encoding);
        if (number is null || (encoding & Indirect) != 0)
            return null;

        ulong? address = unchecked((encoding & 0x70) switch
        {
            0x00 => number.Value - ImageBase,
            0x10 => number.Value + at,
            0x30 => number.Value + DataBase,
            _ => null,
        });
        return AddressSize == 4 ? (uint?)address : address;
    }

    /// <summary>The number alone: sizes are written in the encoding of pointers, and are relative to nothing.</summary>
    public ulong? ReadNumber(ref ByteCursor cursor, byte encoding) => (encoding & 0x0f) switch
    {
        0x00 => cursor.Number(AddressSize),
        0x01 => cursor.Uleb(),
        0x02 => cursor.U16(),
        0x03 => cursor.U32(),
        0x04 => cursor.U64(),
        0x09 => (ulong)cursor.Sleb(),
        0x0a => (ulong)cursor.Signed(2),
        0x0b => (ulong)cursor.Signed(4),
        0x0c => cursor.U64(),
        _ => null,
    };
}
