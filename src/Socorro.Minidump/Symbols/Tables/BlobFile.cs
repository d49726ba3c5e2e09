using Microsoft.Win32.SafeHandles;

namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>
/// Reads blobs of a table where they stand in its file. Most of a large table are names and lines of functions, of which a
/// report needs few: mapped, whatever lies around them would count as memory that the process holds.
/// </summary>
/// <param name="file">The table.</param>
/// <param name="blobs">The section.</param>
/// <param name="blocks">Checks what was read.</param>
sealed class BlobFile(SafeFileHandle file, SectionEntry blobs, TableBlocks blocks)
{
    readonly Remembered<byte[]> _names = new();

    /// <summary>The name at an offset, which is kept for the next asker.</summary>
    public ReadOnlyMemory<byte> ReadName(uint offset, scoped ref BlobWindow window)
    {
        if (!_names.TryFind(offset, out var name))
        {
            name = Read(offset, ref window).ToArray();
            _names.Add(offset, name);
        }

        return name;
    }

    /// <summary>The blob at an offset, good until the next call.</summary>
    public ReadOnlySpan<byte> Read(uint offset, scoped ref BlobWindow window)
    {
        var start = blobs.Offset + (long)offset;
        if (!window.TryTake(start, out var blob))
        {
            Fill(start, ref window);
            if (!window.TryTake(start, out blob))
                blob = ReadLong(start, ref window);
        }

        return blob;
    }

    /// <summary>A blob that is longer than the window.</summary>
    ReadOnlySpan<byte> ReadLong(long start, scoped ref BlobWindow window)
    {
        if (window.TryReadLength(start, out var length) && start + length <= blobs.Offset + (long)blobs.Length)
        {
            // It may begin and end within a block.
            window = new(new byte[(length / TableFile.BlockSize + 2) * TableFile.BlockSize]);
            Fill(start, ref window);
            if (window.TryTake(start, out var blob))
                return blob;
        }

        throw new DamagedTableException($"there is no blob at {start - blobs.Offset}");
    }

    /// <summary>Reads whole blocks, so that they can be checked.</summary>
    void Fill(long start, scoped ref BlobWindow window)
    {
        if (start >= blobs.Offset + (long)blobs.Length)
            throw new DamagedTableException($"there is no blob at {start - blobs.Offset}");

        var from = start - start % TableFile.BlockSize;
        var buffer = window.Begin(from);
        var wanted = (int)Math.Min(buffer.Length, blocks.End - from);
        for (int count; wanted > window.Filled; window.Filled += count)
        {
            count = RandomAccess.Read(file, buffer[window.Filled..wanted], from + window.Filled);
            if (count == 0)
                throw new DamagedTableException($"the file ends at {from + window.Filled}");
        }

        for (var i = 0; i < wanted; i += TableFile.BlockSize)
            blocks.CheckBlock(buffer[i..Math.Min(i + TableFile.BlockSize, wanted)], from + i);
    }
}

/// <summary>A part of a table's file in memory. What belongs to one function mostly comes with the first read.</summary>
ref struct BlobWindow(Span<byte> buffer)
{
    /// <summary>Room for most functions.</summary>
    public const int Size = 2 * TableFile.BlockSize;

    readonly Span<byte> _buffer = buffer;
    long _start;

    public int Filled { get; set; }

    /// <summary>Begins to fill the window from a place of the file on.</summary>
    public Span<byte> Begin(long start)
    {
        _start = start;
        Filled = 0;
        return _buffer;
    }

    /// <summary>The blob at a place of the file, if all of it is here.</summary>
    public readonly bool TryTake(long start, out ReadOnlySpan<byte> blob)
    {
        blob = default;
        if (start < _start || start >= _start + Filled)
            return false;

        var reader = new VariableReader(_buffer[(int)(start - _start)..Filled]);
        return reader.TryRead(out var length) && reader.TryTake(length, out blob);
    }

    /// <summary>How long the blob at a place is, with the number that says so.</summary>
    public readonly bool TryReadLength(long start, out int length)
    {
        length = 0;
        var reader = new VariableReader(_buffer[(int)(start - _start)..Filled]);
        if (!reader.TryRead(out var content) || content > TableFile.MaxContent)
            return false;

        length = reader.Position + (int)content;
        return true;
    }
}
