using System.Buffers.Binary;

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

    /// <summary>At records in the text: in place of a name or a blob stands the offset of the line that has it.</summary>
    Index,
}

/// <summary>
/// The frame of a symbol table file: a header, the directory of sections, the sections, checksums. All numbers are little
/// endian. See docs/symbols.md.
/// </summary>
static class TableFile
{
    public const uint Version = 2;

    /// <summary>Checksums stand for blocks of this many bytes; one is checked when it is first read.</summary>
    public const int BlockSize = 1 << 10;

    /// <summary>Bytes of all sections, so that the file stays below 2 GiB.</summary>
    public const long MaxContent = 2_000_000_000;

    public const int HeaderSize = 64;
    public const int SectionCount = (int)TableSection.Checksums + 1;
    public const int DirectoryEnd = HeaderSize + SectionCount * EntrySize;

    const int EntrySize = 12;
    const int ChecksumOffset = 24;
    const int KindOffset = 56;

    static ReadOnlySpan<byte> Magic => "SOCSYM\r\n"u8;

    /// <summary>Puts a table together. The checksums are added here.</summary>
    public static byte[] Write(
        TableKind kind, ReadOnlySpan<ByteBuffer> sections, ReadOnlySpan<int> shifts, SourceStamp stamp)
    {
        var entries = new SectionEntry[SectionCount];
        var position = (long)DirectoryEnd;
        for (var i = 0; i < SectionCount - 1; i++)
        {
            position = Align(position);
            entries[i] = new((uint)position, (uint)sections[i].Length, shifts[i]);
            position += sections[i].Length;
        }

        var content = Align(position);
        var blocks = (content + BlockSize - 1) / BlockSize;
        entries[^1] = new((uint)content, (uint)(blocks * 8), 0);
        var file = new byte[checked((int)(content + blocks * 8))];
        WriteHeader(file, kind, entries, stamp);
        for (var i = 0; i < SectionCount - 1; i++)
            sections[i].Written.CopyTo(file.AsSpan((int)entries[i].Offset));
        WriteChecksums(file);
        return file;
    }

    /// <summary>
    /// Reads the header and directory of what should be a table; false when it is something else, of another version,
    /// truncated or damaged.
    /// </summary>
    public static bool TryReadDirectory(
        ReadOnlySpan<byte> file, out TableKind kind, out SectionEntry[] entries, out SourceStamp stamp)
    {
        entries = [];
        stamp = default;
        kind = default;
        if (file.Length < DirectoryEnd
            || !file.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(file[8..]) != Version
            || BinaryPrimitives.ReadUInt32LittleEndian(file[12..]) != SectionCount
            || BinaryPrimitives.ReadUInt64LittleEndian(file[16..]) != (ulong)file.Length)
        {
            return false;
        }

        kind = (TableKind)BinaryPrimitives.ReadUInt32LittleEndian(file[KindOffset..]);
        stamp = new(
            BinaryPrimitives.ReadInt64LittleEndian(file[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(file[40..]),
            BinaryPrimitives.ReadUInt64LittleEndian(file[48..]));
        entries = new SectionEntry[SectionCount];
        for (var i = 0; i < SectionCount; i++)
        {
            var entry = file.Slice(HeaderSize + i * EntrySize, EntrySize);
            entries[i] = new(
                BinaryPrimitives.ReadUInt32LittleEndian(entry),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
                BinaryPrimitives.ReadInt32LittleEndian(entry[8..]));
            if ((ulong)entries[i].Offset + entries[i].Length > (ulong)file.Length || entries[i].Shift is < 0 or > 31)
                return false;
        }

        return entries[^1].Length / 8 == (entries[^1].Offset + BlockSize - 1L) / BlockSize
            && BinaryPrimitives.ReadUInt64LittleEndian(file[ChecksumOffset..]) == HashOfFrame(file, entries[^1]);
    }

    static void WriteHeader(
        Span<byte> file, TableKind kind, ReadOnlySpan<SectionEntry> entries, SourceStamp stamp)
    {
        Magic.CopyTo(file);
        BinaryPrimitives.WriteUInt32LittleEndian(file[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(file[12..], SectionCount);
        BinaryPrimitives.WriteUInt64LittleEndian(file[16..], (ulong)file.Length);
        BinaryPrimitives.WriteInt64LittleEndian(file[32..], stamp.Length);
        BinaryPrimitives.WriteInt64LittleEndian(file[40..], stamp.Time);
        BinaryPrimitives.WriteUInt64LittleEndian(file[48..], stamp.Hash);
        BinaryPrimitives.WriteUInt32LittleEndian(file[KindOffset..], (uint)kind);
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = file.Slice(HeaderSize + i * EntrySize, EntrySize);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, entries[i].Offset);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], entries[i].Length);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], entries[i].Shift);
        }
    }

    /// <summary>Writes the checksums of a file that is complete but for them.</summary>
    public static void WriteChecksums(Span<byte> file)
    {
        var entry = HeaderSize + (SectionCount - 1) * EntrySize;
        var content = BinaryPrimitives.ReadInt32LittleEndian(file[entry..]);
        for (var (start, slot) = (0, content); start < content; start += BlockSize, slot += 8)
        {
            var block = file[start..Math.Min(start + BlockSize, content)];
            BinaryPrimitives.WriteUInt64LittleEndian(file[slot..], HashOfBlock(block, start));
        }

        BinaryPrimitives.WriteUInt64LittleEndian(
            file[ChecksumOffset..], HashOfFrame(file, new((uint)content, (uint)(file.Length - content), 0)));
    }

    /// <summary>The first block's checksum leaves out the frame, which has its own.</summary>
    public static ulong HashOfBlock(ReadOnlySpan<byte> block, int start) =>
        XxHash64.Hash(start == 0 ? block[Math.Min(DirectoryEnd, block.Length)..] : block);

    static ulong HashOfFrame(ReadOnlySpan<byte> file, SectionEntry checksums) => unchecked(
        XxHash64.Hash(file[..ChecksumOffset])
        + 3 * XxHash64.Hash(file[(ChecksumOffset + 8)..DirectoryEnd])
        + 5 * XxHash64.Hash(file.Slice((int)checksums.Offset, (int)checksums.Length)));

    static long Align(long position) => position + 7 & ~7L;
}
