using System.Buffers.Binary;
using System.IO.Hashing;

namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>Tells one state of a symbol text from another, so that a table made from an older one is seen to be stale.</summary>
/// <param name="Length">Bytes of the file.</param>
/// <param name="Time">When it was last written, in ticks of UTC.</param>
/// <param name="Hash">Of its beginning and its end.</param>
readonly record struct SourceStamp(long Length, long Time, ulong Hash);

/// <summary>What the rows of a table point at.</summary>
enum TableKind
{
    /// <summary>At names and programs in the table itself.</summary>
    Compiled,

    /// <summary>
    /// At records in the text: in place of a name or a blob stands the offset of the line that has it; in place of a function's
    /// inlines, how many bytes of text it has, 0 when that is not known.
    /// </summary>
    Index,
}

/// <summary>What the frame of a table file says.</summary>
/// <param name="FunctionBlobs">Where in the section of blobs those of functions begin, behind the names of files and origins.</param>
readonly record struct TableHead(TableKind Kind, SectionEntry[] Sections, SourceStamp Stamp, uint FunctionBlobs);

/// <summary>
/// The frame of a symbol table file: a header, the directory of sections, the sections, checksums. All numbers are little
/// endian. See docs/symbols.md.
/// </summary>
static class TableFile
{
    public const uint Version = 4;

    /// <summary>Checksums stand for blocks of this many bytes; one is checked when it is first read.</summary>
    public const int BlockSize = 1 << 10;

    /// <summary>Bytes of all sections, so that the file stays below 2 GiB.</summary>
    public const long MaxContent = 2_000_000_000;

    public const int SectionCount = (int)TableSection.Checksums + 1;
    public const int DirectoryEnd = HeaderSize + SectionCount * EntrySize;

    /// <summary>Where the first section begins: all are aligned.</summary>
    public const int ContentStart = DirectoryEnd + 7 & ~7;

    const int HeaderSize = 64;
    const int EntrySize = 12;
    const int ChecksumOffset = 24;
    const int KindOffset = 56;
    const int FunctionBlobsOffset = 60;

    static ReadOnlySpan<byte> Magic => "SOCSYM\r\n"u8;

    /// <summary>
    /// Reads the header and directory of what should be a table; false when it is something else, of another version,
    /// truncated or damaged.
    /// </summary>
    public static bool TryReadHead(ReadOnlySpan<byte> file, out TableHead head)
    {
        head = default;
        if (file.Length < DirectoryEnd
            || !file.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(file[8..]) != Version
            || BinaryPrimitives.ReadUInt32LittleEndian(file[12..]) != SectionCount
            || BinaryPrimitives.ReadUInt64LittleEndian(file[16..]) != (ulong)file.Length)
        {
            return false;
        }

        var sections = new SectionEntry[SectionCount];
        for (var i = 0; i < SectionCount; i++)
        {
            var entry = file.Slice(HeaderSize + i * EntrySize, EntrySize);
            sections[i] = new(
                BinaryPrimitives.ReadUInt32LittleEndian(entry),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
                BinaryPrimitives.ReadInt32LittleEndian(entry[8..]));
            if ((ulong)sections[i].Offset + sections[i].Length > (ulong)file.Length || sections[i].Shift is < 0 or > 31)
                return false;
        }

        head = new(
            (TableKind)BinaryPrimitives.ReadUInt32LittleEndian(file[KindOffset..]),
            sections,
            new(
                BinaryPrimitives.ReadInt64LittleEndian(file[32..]),
                BinaryPrimitives.ReadInt64LittleEndian(file[40..]),
                BinaryPrimitives.ReadUInt64LittleEndian(file[48..])),
            BinaryPrimitives.ReadUInt32LittleEndian(file[FunctionBlobsOffset..]));
        var checksums = sections[^1];
        return checksums.Length / 8 == (checksums.Offset + BlockSize - 1L) / BlockSize
            && BinaryPrimitives.ReadUInt64LittleEndian(file[ChecksumOffset..])
                == HashOfFrame(file, file.Slice((int)checksums.Offset, (int)checksums.Length));
    }

    /// <summary>Writes the header and directory of a file whose last bytes are its checksums.</summary>
    public static void WriteHead(Span<byte> file, TableHead head, ReadOnlySpan<byte> checksums)
    {
        Magic.CopyTo(file);
        BinaryPrimitives.WriteUInt32LittleEndian(file[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(file[12..], SectionCount);
        BinaryPrimitives.WriteUInt64LittleEndian(file[16..], head.Sections[^1].Offset + (ulong)checksums.Length);
        BinaryPrimitives.WriteInt64LittleEndian(file[32..], head.Stamp.Length);
        BinaryPrimitives.WriteInt64LittleEndian(file[40..], head.Stamp.Time);
        BinaryPrimitives.WriteUInt64LittleEndian(file[48..], head.Stamp.Hash);
        BinaryPrimitives.WriteUInt32LittleEndian(file[KindOffset..], (uint)head.Kind);
        BinaryPrimitives.WriteUInt32LittleEndian(file[FunctionBlobsOffset..], head.FunctionBlobs);
        for (var i = 0; i < head.Sections.Length; i++)
        {
            var entry = file.Slice(HeaderSize + i * EntrySize, EntrySize);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, head.Sections[i].Offset);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], head.Sections[i].Length);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], head.Sections[i].Shift);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(file[ChecksumOffset..], HashOfFrame(file, checksums));
    }

    /// <summary>The first block's checksum leaves out the frame, which has its own.</summary>
    public static ulong HashOfBlock(ReadOnlySpan<byte> block, long start) =>
        XxHash3.HashToUInt64(start == 0 ? block[Math.Min(DirectoryEnd, block.Length)..] : block);

    static ulong HashOfFrame(ReadOnlySpan<byte> file, ReadOnlySpan<byte> checksums) => unchecked(
        XxHash3.HashToUInt64(file[..ChecksumOffset])
        + 3 * XxHash3.HashToUInt64(file[(ChecksumOffset + 8)..DirectoryEnd])
        + 5 * XxHash3.HashToUInt64(checksums));
}
