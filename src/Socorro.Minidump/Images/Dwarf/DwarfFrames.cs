using System.Buffers.Binary;
using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Images.Dwarf;

/// <summary>
/// Call frame information in the form of .eh_frame or .debug_frame (DWARF 5, section 6.4, and the Linux Standard Base).
/// Nothing is read before an address is asked for; then the section's own search table leads to its description, or an index
/// that is made of all of them once.
/// </summary>
sealed class DwarfFrames(CpuTraits cpu, DwarfSection section, DwarfSearchTable? search) : UnwindTable
{
    readonly Lazy<DwarfIndex> _index = new(() => DwarfIndex.Build(section));

    public override bool TryFind(uint rva, bool isInterrupted, out UnwindEntry entry)
    {
        entry = default;
        var offset = search is not null ? search.Find(rva) : _index.Value.Find(rva);
        return offset >= 0 && TryRead(offset, rva, out entry);
    }

    /// <summary>The rules of the description at an offset of the section, if it covers an address.</summary>
    public bool TryRead(int offset, uint rva, out UnwindEntry entry)
    {
        entry = default;
        if (!section.TryReadEntry(offset, out var description) || rva - description.Start >= description.Length)
            return false;

        var rows = new DwarfRows(cpu, section);
        var rules = rows.Run(description, rva, out var start);
        entry = new(description.Start, description.Start + description.Length, start, rules);
        return true;
    }
}

/// <summary>A section of call frame information.</summary>
/// <param name="bytes">From the section's beginning; what follows it does no harm.</param>
/// <param name="rva">Where the section is, relative to the image's base.</param>
sealed class DwarfSection(ReadOnlyMemory<byte> bytes, ulong rva, bool isEhFrame, bool bigEndian, DwarfPointer pointer)
{
    /// <summary>Bytes of instructions of one function; no compiler writes as many.</summary>
    const int MaxProgram = 1 << 16;

    public ReadOnlySpan<byte> Bytes => bytes.Span;

    public ulong Rva => rva;

    public bool IsEhFrame => isEhFrame;

    public bool BigEndian => bigEndian;

    public DwarfPointer Pointer => pointer;

    /// <summary>Reads the description at an offset; false for a common entry, and for what makes no sense.</summary>
    public bool TryReadEntry(int offset, out DwarfEntry entry)
    {
        entry = default;
        if (DwarfHeader.Read(Bytes, offset, isEhFrame, bigEndian) is not { Common: { } commonAt } header
            || commonAt >= (ulong)bytes.Length
            || !TryReadCommon((int)commonAt, out var common))
        {
            return false;
        }

        var cursor = new ByteCursor(Bytes[..header.Next], bigEndian);
        cursor.Seek((ulong)header.Body);
        var start = pointer.Read(ref cursor, common.PointerEncoding, rva + (ulong)cursor.Position);
        var length = pointer.ReadNumber(ref cursor, common.PointerEncoding);
        if (common.HasAugmentation)
            cursor.Skip(cursor.Uleb());
        if (cursor.IsBroken || start is null || length is null || cursor.Left > MaxProgram)
            return false;

        entry = new()
        {
            Common = common,
            Start = start.Value,
            Length = length.Value,
            Instructions = cursor.Take((ulong)cursor.Left),
        };
        return true;
    }

    bool TryReadCommon(int offset, out DwarfCommon common)
    {
        common = default;
        if (DwarfHeader.Read(Bytes, offset, isEhFrame, bigEndian) is not { Common: null } header)
            return false;

        var cursor = new ByteCursor(Bytes[..header.Next], bigEndian);
        cursor.Seek((ulong)header.Body);
        var version = cursor.U8();
        var augmentation = cursor.Text();
        if (version is not (1 or 3 or 4))
            return false;

        // An old compiler's "eh" comes with a pointer. Version 4 tells the sizes of addresses and segment selectors.
        if (augmentation.StartsWith("eh"u8))
            cursor.Skip((ulong)pointer.AddressSize);
        if (version == 4)
            cursor.Skip(2);

        var codeAlignment = cursor.Uleb();
        var dataAlignment = cursor.Sleb();
        var returnRegister = version == 1 ? cursor.U8() : cursor.Uleb();
        byte encoding = 0;
        var isSignalFrame = false;
        var hasAugmentation = augmentation.StartsWith("z"u8);
        if (hasAugmentation)
            ReadAugmentation(augmentation[1..], ref cursor, out encoding, out isSignalFrame);
        if (cursor.IsBroken || cursor.Left > MaxProgram)
            return false;

        common = new()
        {
            CodeAlignment = codeAlignment,
            DataAlignment = dataAlignment,
            ReturnRegister = returnRegister,
            PointerEncoding = encoding,
            HasAugmentation = hasAugmentation,
            IsSignalFrame = isSignalFrame,
            Instructions = cursor.Take((ulong)cursor.Left),
        };
        return true;
    }

    // P is followed by a pointer to the personality routine, L and R by the encoding of other pointers.
    void ReadAugmentation(ReadOnlySpan<byte> letters, ref ByteCursor cursor, out byte encoding, out bool isSignalFrame)
    {
        encoding = 0;
        isSignalFrame = false;
        var length = cursor.Uleb();
        var end = (ulong)cursor.Position + Math.Min(length, int.MaxValue);
        foreach (var letter in letters)
        {
            if (letter == 'R')
                encoding = cursor.U8();
            else if (letter == 'L')
                cursor.U8();
            else if (letter == 'P')
                pointer.ReadNumber(ref cursor, cursor.U8());
            else if (letter == 'S')
                isSignalFrame = true;
            else if (letter != 'B')
                break;
        }

        cursor.Seek(end);
    }
}

/// <summary>
/// The table of .eh_frame_hdr in the one form that linkers write: pairs of signed 32-bit numbers relative to its beginning, a
/// function's address and that of its description, sorted by the first.
/// </summary>
sealed class DwarfSearchTable
{
    const byte SortedPairs = 0x3b;
    const int PairSize = 8;

    readonly ReadOnlyMemory<byte> _pairs;
    readonly ulong _rva;
    readonly ulong _frames;
    readonly bool _bigEndian;

    DwarfSearchTable(ReadOnlyMemory<byte> pairs, ulong rva, ulong frames, bool bigEndian)
    {
        _pairs = pairs;
        _rva = rva;
        _frames = frames;
        _bigEndian = bigEndian;
    }

    /// <summary>Reads the header: where .eh_frame is, and the table if it has one in this form.</summary>
    public static (ulong? Frames, DwarfSearchTable? Table) Read(ReadOnlyMemory<byte> bytes, ulong rva, DwarfPointer pointer, bool bigEndian)
    {
        var cursor = new ByteCursor(bytes.Span, bigEndian);
        var version = cursor.U8();
        var (frames, counts, pairs) = (cursor.U8(), cursor.U8(), cursor.U8());
        if (version != 1 || frames == DwarfPointer.Omitted)
            return default;

        var start = pointer.Read(ref cursor, frames, rva + (ulong)cursor.Position);
        if (cursor.IsBroken || start is null)
            return default;
        if (pairs != SortedPairs || counts == DwarfPointer.Omitted
            || pointer.ReadNumber(ref cursor, counts) is not { } count
            || cursor.IsBroken || count == 0 || count > (ulong)cursor.Left / PairSize)
        {
            return (start, null);
        }

        return (start, new(bytes.Slice(cursor.Position, (int)count * PairSize), rva, start.Value, bigEndian));
    }

    /// <summary>Offset in .eh_frame of the last description that begins at or below an address; −1 when there is none.</summary>
    public int Find(uint rva)
    {
        var (low, high) = (0, _pairs.Length / PairSize);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = Address(middle * PairSize) <= rva ? (middle + 1, high) : (low, middle);
        }

        if (low == 0)
            return -1;

        var offset = unchecked(Address((low - 1) * PairSize + 4) - _frames);
        return offset <= int.MaxValue ? (int)offset : -1;
    }

    ulong Address(int offset)
    {
        var number = _pairs.Span.Slice(offset, 4);
        var relative = _bigEndian ? BinaryPrimitives.ReadInt32BigEndian(number) : BinaryPrimitives.ReadInt32LittleEndian(number);
        return unchecked(_rva + (ulong)relative);
    }
}

/// <summary>All descriptions of a section by address, for those that come without a search table.</summary>
sealed class DwarfIndex
{
    readonly uint[] _starts;
    readonly int[] _offsets;

    DwarfIndex(uint[] starts, int[] offsets)
    {
        _starts = starts;
        _offsets = offsets;
    }

    public static DwarfIndex Build(DwarfSection section)
    {
        var entries = new List<(uint Start, int Offset)>();
        for (var offset = 0; DwarfHeader.Read(section.Bytes, offset, section.IsEhFrame, section.BigEndian) is { } header;)
        {
            if (header.Common is not null && section.TryReadEntry(offset, out var entry) && entry.Start <= uint.MaxValue
                && entry.Length > 0)
            {
                entries.Add(((uint)entry.Start, offset));
            }

            offset = header.Next;
        }

        entries.Sort();
        return new([.. entries.Select(entry => entry.Start)], [.. entries.Select(entry => entry.Offset)]);
    }

    public int Find(uint rva)
    {
        var index = _starts.AsSpan().BinarySearch(rva);
        index = index < 0 ? ~index - 1 : index;
        return index < 0 ? -1 : _offsets[index];
    }
}
