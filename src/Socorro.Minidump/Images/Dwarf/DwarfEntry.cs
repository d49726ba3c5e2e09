namespace Socorro.Minidumps.Images.Dwarf;

/// <summary>A common information entry: what the descriptions of many functions share.</summary>
readonly ref struct DwarfCommon
{
    public required ReadOnlySpan<byte> Instructions { get; init; }

    public required ulong CodeAlignment { get; init; }

    public required long DataAlignment { get; init; }

    public required ulong ReturnRegister { get; init; }

    public required byte PointerEncoding { get; init; }

    /// <summary>Descriptions carry a block of data of their own in front of their instructions.</summary>
    public required bool HasAugmentation { get; init; }

    public required bool IsSignalFrame { get; init; }
}

/// <summary>A frame description entry: the range of a function and the instructions that make its rows.</summary>
readonly ref struct DwarfEntry
{
    public required DwarfCommon Common { get; init; }

    public required ReadOnlySpan<byte> Instructions { get; init; }

    /// <summary>Relative to the image's base.</summary>
    public required ulong Start { get; init; }

    public required ulong Length { get; init; }
}

/// <summary>The header that common entries and descriptions begin with.</summary>
/// <param name="Body">Where what follows the header begins in the section.</param>
/// <param name="Next">Where the next entry begins.</param>
/// <param name="Common">Where a description's common entry is; null for a common entry.</param>
readonly record struct DwarfHeader(int Body, int Next, ulong? Common)
{
    /// <summary>Reads the header at an offset; null at the end of the section, or where there is none.</summary>
    public static DwarfHeader? Read(ReadOnlySpan<byte> section, int offset, bool isEhFrame, bool bigEndian)
    {
        var cursor = new ByteCursor(section, bigEndian);
        cursor.Seek((ulong)offset);
        ulong length = cursor.U32();
        var isWide = length == uint.MaxValue;
        if (isWide)
            length = cursor.U64();
        if (cursor.IsBroken || length == 0 || length > (ulong)cursor.Left)
            return null;

        var next = cursor.Position + (int)length;
        var idAt = cursor.Position;
        var size = isWide && !isEhFrame ? 8 : 4;
        var id = cursor.Number(size);
        if (cursor.IsBroken || cursor.Position > next)
            return null;
        if (isEhFrame)
            return new(cursor.Position, next, id == 0 ? null : unchecked((ulong)idAt - id));

        return new(cursor.Position, next, id == (size == 8 ? ulong.MaxValue : uint.MaxValue) ? null : id);
    }
}
