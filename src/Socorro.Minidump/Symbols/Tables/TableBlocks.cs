using System.Buffers.Binary;

namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>Checks each block of a table file when it is first met.</summary>
/// <param name="checksums">One for each block, in order.</param>
/// <param name="end">Where the blocks end and the checksums begin.</param>
sealed class TableBlocks(ReadOnlyMemory<byte> checksums, long end)
{
    readonly int[] _checked = new int[checksums.Length / 8 / 32 + 1];

    public long End => end;

    /// <summary>Checks the blocks of a file that a range of it touches.</summary>
    /// <exception cref="DamagedTableException">A block does not have its checksum.</exception>
    public void CheckRange(ReadOnlySpan<byte> file, int rangeStart, int rangeEnd)
    {
        for (var block = rangeStart / TableFile.BlockSize; block <= (rangeEnd - 1) / TableFile.BlockSize; block++)
        {
            var start = block * TableFile.BlockSize;
            if (!IsChecked(block))
                CheckBlock(file[start..(int)Math.Min(start + TableFile.BlockSize, end)], start);
        }
    }

    /// <summary>Checks one block, given whole.</summary>
    /// <exception cref="DamagedTableException">The block does not have its checksum.</exception>
    public void CheckBlock(ReadOnlySpan<byte> block, long start)
    {
        var number = (int)(start / TableFile.BlockSize);
        if (IsChecked(number))
            return;

        if (TableFile.HashOfBlock(block, start) != BinaryPrimitives.ReadUInt64LittleEndian(checksums.Span[(number * 8)..]))
            throw new DamagedTableException($"block {number} does not have its checksum");

        Interlocked.Or(ref _checked[number >> 5], 1 << number);
    }

    bool IsChecked(int block) => (_checked[block >> 5] & 1 << block) != 0;
}
