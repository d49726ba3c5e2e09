using System.Buffers.Binary;
using System.IO.Compression;

namespace Socorro.Minidumps.Symbols.Stores;

/// <summary>
/// Expands the first file of a Microsoft cabinet, which is how symbol stores keep a single file compressed: stored or MSZIP.
/// https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-cab.
/// </summary>
static class Cabinet
{
    const int HeaderSize = 36;
    const int FolderSize = 8;
    const int MaxBlock = 1 << 15;
    const ushort HasReserve = 4;
    const int Stored = 0;
    const int MsZip = 1;

    /// <summary>Expands a cabinet in place; false, with the file's content undefined, when it cannot be read or is too large.</summary>
    public static bool TryExpand(Stream file, long maxBytes)
    {
        var packed = new byte[file.Length];
        file.Position = 0;
        file.ReadExactly(packed);
        file.SetLength(0);
        return TryExpand(packed, file, maxBytes);
    }

    public static bool TryExpand(ReadOnlySpan<byte> cabinet, Stream output, long maxBytes)
    {
        if (cabinet.Length < HeaderSize + FolderSize || !cabinet.StartsWith("MSCF"u8))
            return false;

        // One folder, and not one of a series of cabinets.
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(cabinet[30..]);
        var folder = HeaderSize;
        var (folderReserve, blockReserve) = (0, 0);
        if ((flags & ~HasReserve) != 0)
            return false;

        if (flags == HasReserve)
        {
            folder += 4 + BinaryPrimitives.ReadUInt16LittleEndian(cabinet[36..]);
            (folderReserve, blockReserve) = (cabinet[38], cabinet[39]);
        }

        if (folder + FolderSize + folderReserve > cabinet.Length)
            return false;

        var position = BinaryPrimitives.ReadUInt32LittleEndian(cabinet[folder..]);
        var blocks = BinaryPrimitives.ReadUInt16LittleEndian(cabinet[(folder + 4)..]);
        var compression = BinaryPrimitives.ReadUInt16LittleEndian(cabinet[(folder + 6)..]) & 15;
        return position <= cabinet.Length
            && compression is Stored or MsZip
            && TryExpandBlocks(cabinet[(int)position..], blocks, blockReserve, compression == MsZip, output, maxBytes);
    }

    static bool TryExpandBlocks(
        ReadOnlySpan<byte> data, int blocks, int reserve, bool isCompressed, Stream output, long maxBytes)
    {
        var history = Array.Empty<byte>();
        var total = 0L;
        for (; blocks > 0; blocks--)
        {
            var header = 8 + reserve;
            if (data.Length < header)
                return false;

            var length = BinaryPrimitives.ReadUInt16LittleEndian(data[4..]);
            var expandedLength = BinaryPrimitives.ReadUInt16LittleEndian(data[6..]);
            total += expandedLength;
            if (data.Length < header + length || expandedLength > MaxBlock || total > maxBytes)
                return false;

            var block = data.Slice(header, length);
            if (isCompressed ? !TryInflate(block, ref history, expandedLength) : length != expandedLength)
                return false;

            output.Write(isCompressed ? history : block);
            data = data[(header + length)..];
        }

        return true;
    }

    /// <summary>
    /// Each block is a deflate stream of its own that refers to the one before it. What it refers to is put in front of it as
    /// a stored piece, and dropped again from the result.
    /// </summary>
    static bool TryInflate(ReadOnlySpan<byte> block, ref byte[] history, int expandedLength)
    {
        if (!block.StartsWith("CK"u8))
            return false;

        var primed = new byte[5 + history.Length + block.Length - 2];
        BinaryPrimitives.WriteUInt16LittleEndian(primed.AsSpan(1), (ushort)history.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(primed.AsSpan(3), (ushort)~history.Length);
        history.CopyTo(primed, 5);
        block[2..].CopyTo(primed.AsSpan(5 + history.Length));

        var expanded = new byte[history.Length + expandedLength];
        using var inflater = new DeflateStream(new MemoryStream(primed), CompressionMode.Decompress);
        try
        {
            inflater.ReadExactly(expanded);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return false;
        }

        history = expanded[history.Length..];
        return true;
    }
}
