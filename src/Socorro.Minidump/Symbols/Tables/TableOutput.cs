namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>
/// Writes a table file from front to back: blobs as they come, the other sections and the checksums behind them, the header
/// last. So little of a table is in memory while it is made, however large it becomes.
/// </summary>
/// <param name="file">Empty, and readable as well: names are compared with those that were written.</param>
sealed class TableOutput(Stream file)
{
    const int BufferSize = 64 * TableFile.BlockSize;

    readonly byte[] _buffer = new byte[BufferSize];
    readonly ByteBuffer _checksums = new();
    byte[] _readBack = new byte[1 << 10];
    int _filled = TableFile.ContentStart;
    long _written;

    /// <summary>Bytes of all blobs so far.</summary>
    public long BlobBytes => Position - TableFile.ContentStart;

    long Position => _written + _filled;

    /// <summary>Where among the blobs those of functions begin; 0 when there are none.</summary>
    public uint FunctionBlobs { get; private set; }

    /// <summary>Says that the blobs from here on are those of functions and what belongs to them.</summary>
    public void BeginFunctions()
    {
        BeginBlobs();
        if (FunctionBlobs == 0)
            FunctionBlobs = (uint)BlobBytes;
    }

    /// <summary>Appends a blob and tells its offset; an empty one is at 0 for free.</summary>
    public uint AppendBlob(ReadOnlySpan<byte> content)
    {
        BeginBlobs();
        if (content.IsEmpty)
            return 0;

        var offset = (uint)BlobBytes;
        Span<byte> prefix = stackalloc byte[ByteBuffer.MaxVariableLength];
        Write(prefix[..ByteBuffer.WriteVariable(prefix, (uint)content.Length)]);
        Write(content);
        return offset;
    }

    /// <summary>Whether the blob at an offset has this content.</summary>
    public bool IsBlob(uint offset, ReadOnlySpan<byte> content)
    {
        Span<byte> prefix = stackalloc byte[ByteBuffer.MaxVariableLength];
        prefix = prefix[..ByteBuffer.WriteVariable(prefix, (uint)content.Length)];
        var length = prefix.Length + content.Length;
        var start = TableFile.ContentStart + (long)offset;
        if (start + length > Position)
            return false;

        if (_readBack.Length < length)
            _readBack = new byte[Math.Max(length, 2 * _readBack.Length)];
        var blob = _readBack.AsSpan(0, length);
        ReadBack(start, blob);
        return blob.StartsWith(prefix) && blob[prefix.Length..].SequenceEqual(content);
    }

    /// <summary>Writes everything else. Nothing can be appended afterwards.</summary>
    public void Finish(TableKind kind, ReadOnlySpan<ByteBuffer> sections, ReadOnlySpan<int> shifts, SourceStamp stamp)
    {
        var entries = new SectionEntry[TableFile.SectionCount];
        entries[(int)TableSection.Blobs] = new(TableFile.ContentStart, (uint)BlobBytes, 0);
        var end = Align(Position);
        for (var i = 0; i < TableFile.SectionCount - 1; i++)
        {
            if (i == (int)TableSection.Blobs)
                continue;

            entries[i] = new((uint)end, (uint)sections[i].Length, shifts[i]);
            end = Align(end + sections[i].Length);
        }

        // A stream in memory that knows its length need not grow by copying.
        var blocks = (end + TableFile.BlockSize - 1) / TableFile.BlockSize;
        file.SetLength(end + blocks * sizeof(ulong));
        for (var i = 0; i < sections.Length; i++)
        {
            if (i == (int)TableSection.Blobs)
                continue;

            Pad();
            Write(sections[i].Written);
        }

        Pad();
        WriteOut();
        var checksums = _checksums.Written;
        entries[^1] = new((uint)_written, (uint)checksums.Length, 0);
        file.Write(checksums);

        var head = new byte[TableFile.DirectoryEnd];
        TableFile.WriteHead(head, new(kind, entries, stamp, FunctionBlobs), checksums);
        file.Position = 0;
        file.Write(head);
    }

    void BeginBlobs()
    {
        if (BlobBytes == 0)
            Write([0]);
    }

    void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > _buffer.Length - _filled)
        {
            var room = _buffer.Length - _filled;
            bytes[..room].CopyTo(_buffer.AsSpan(_filled));
            _filled += room;
            WriteOut();
            bytes = bytes[room..];
        }

        bytes.CopyTo(_buffer.AsSpan(_filled));
        _filled += bytes.Length;
    }

    /// <summary>The buffer begins with a block, and ends with one unless it is the last.</summary>
    void WriteOut()
    {
        for (var start = 0; start < _filled; start += TableFile.BlockSize)
        {
            var block = _buffer.AsSpan(start, Math.Min(TableFile.BlockSize, _filled - start));
            _checksums.WriteUInt64(TableFile.HashOfBlock(block, _written + start));
        }

        file.Write(_buffer, 0, _filled);
        _written += _filled;
        _filled = 0;
    }

    void Pad() => Write("\0\0\0\0\0\0\0"u8[..(int)(Align(Position) - Position)]);

    static long Align(long position) => position + 7 & ~7L;

    void ReadBack(long start, Span<byte> bytes)
    {
        if (start < _written)
        {
            var end = file.Position;
            file.Position = start;
            file.ReadExactly(bytes[..(int)Math.Min(bytes.Length, _written - start)]);
            file.Position = end;
        }

        var rest = bytes[(int)Math.Clamp(_written - start, 0, bytes.Length)..];
        _buffer.AsSpan((int)Math.Max(0, start - _written), rest.Length).CopyTo(rest);
    }
}
