using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>
/// A symbol table as bytes, in memory or mapped. Of a mapped one each block is checked when it is first read; a lookup that
/// meets damage throws <see cref="DamagedTableException"/>. Of a large mapped one the blobs of functions are read from the file.
/// </summary>
sealed class TableImage : SymbolSource
{
    /// <summary>Number, string.</summary>
    public const int NameStride = 8;

    readonly ReadOnlyMemory<byte> _file;
    readonly SectionEntry[] _sections;
    readonly TableBlocks? _blocks;
    readonly string[] _registerNames;
    readonly ModuleTexts _module;
    readonly BlobFile? _functionBlobs;
    readonly uint _functionBlobsStart;

    TableImage(ReadOnlyMemory<byte> bytes, TableHead head, SafeFileHandle? file = null, bool isTrusted = false)
    {
        _file = bytes;
        _sections = head.Sections;
        Kind = head.Kind;
        var checksums = _sections[(int)TableSection.Checksums];
        if (!isTrusted)
            _blocks = new(bytes.Slice((int)checksums.Offset, (int)checksums.Length), checksums.Offset);
        if (file is not null && _blocks is not null && head.FunctionBlobs > 0)
            (_functionBlobs, _functionBlobsStart) = (new(file, _sections[(int)TableSection.Blobs], _blocks), head.FunctionBlobs);
        _registerNames = ReadRegisterNames();
        _module = ModuleTexts.Read(Read(TableSection.Module, 0, (int)_sections[(int)TableSection.Module].Length));
    }

    /// <summary>A table without anything.</summary>
    public static TableImage Empty { get; } = OpenEmpty();

    public TableKind Kind { get; }

    /// <summary>Whether it needs the file that it was opened with.</summary>
    public bool ReadsFile => _functionBlobs is not null;

    public override SymbolModule Module => _module.Module;

    public override int BadLines => _module.BadLines;

    public override IReadOnlyList<Problem> Problems => _module.Problems;

    public override bool HasCfi => _sections[(int)TableSection.CfiBlocks].Length > 0;

    public override long Size => _file.Length;

    public override IReadOnlyList<string> RegisterNames => _registerNames;

    /// <summary>Opens a table that was just made in memory, and so needs no checking.</summary>
    public static TableImage Open(MemoryStream made)
    {
        var bytes = made.GetBuffer().AsMemory(0, (int)made.Length);
        return TableFile.TryReadHead(bytes.Span, out var head)
            ? new(bytes, head, file: null, isTrusted: true)
            : throw new ArgumentException("is not a table", nameof(made));
    }

    /// <summary>Opens a table; false when the bytes are not one of this version or are seen to be damaged.</summary>
    /// <param name="bytes">The table.</param>
    /// <param name="file">The same, to read the blobs of functions from; null to take them from the bytes as well.</param>
    public static bool TryOpen(
        ReadOnlyMemory<byte> bytes, SafeFileHandle? file, out SourceStamp stamp, [NotNullWhen(true)] out TableImage? image)
    {
        image = null;
        var isTable = TableFile.TryReadHead(bytes.Span, out var head);
        stamp = head.Stamp;
        if (!isTable)
            return false;

        try
        {
            image = new(bytes, head, file);
            return true;
        }
        catch (DamagedTableException)
        {
            return false;
        }
    }

    public override bool TryFindFunction(uint rva, out FunctionSymbol symbol)
    {
        var found = TryFindFunctionRow(rva, out var row);
        symbol = found ? ToSymbol(row) : default;
        return found;
    }

    public override bool TryFindPosition(uint rva, Span<InlineRow> inlines, out SourcePosition position)
    {
        position = default;
        if (!TryFindFunctionRow(rva, out var row))
            return false;

        // In this order they stand in the file.
        var window = new BlobWindow(stackalloc byte[_functionBlobs is null ? 0 : BlobWindow.Size]);
        var symbol = ToSymbol(row, ref window);
        LineProgram.TryFind(ReadBlob(row.Lines, ref window), row.Rva, rva, out var line);
        var count = InlineProgram.Find(ReadBlob(row.Inlines, ref window), row.Rva, rva, inlines);
        position = new(symbol, line, count);

        // Spans over a mapped file do not keep it mapped; its owner does.
        GC.KeepAlive(this);
        return true;
    }

    public override bool TryFindPublic(uint rva, out FunctionSymbol symbol)
    {
        var found = TryFindPublicRow(rva, out var row);
        symbol = found ? ToSymbol(row) : default;
        return found;
    }

    public override ReadOnlyMemory<byte> FindFile(uint number) => FindName(TableSection.Files, number);

    public override ReadOnlyMemory<byte> FindOrigin(uint number) => FindName(TableSection.Origins, number);

    public override bool TryFindCfi(uint rva, out SourceRules rules)
    {
        rules = default;
        if (!TryFindCfiBlock(rva, out var block)
            || !CfiProgram.TryFind(ReadBlob(TableSection.CfiRows, block.Rows).Span, block.Rva, rva, out var row))
        {
            return false;
        }

        var offset = BinaryPrimitives.ReadUInt32LittleEndian(ReadRow(TableSection.RuleSets, (uint)row.RuleSet, 4));
        rules = new(row.Rva, row.Rva == block.Rva, ReadBlob(TableSection.RulePrograms, offset));
        return true;
    }

    public override bool TryFindWin(uint rva, out WinFrame frame)
    {
        var found = TryFindWinRow(rva, out frame, out var program);
        if (found)
            frame = frame with { Program = ReadName(program) };
        return found;
    }

    public bool TryFindFunctionRow(uint rva, out FunctionRow row)
    {
        row = default;
        if (!TryFindPiece(TableSection.FunctionPieces, TableSection.FunctionPages, rva, out var index))
            return false;

        row = FunctionRow.Read(ReadRow(TableSection.Functions, index, FunctionRow.Stride));
        return rva - row.Rva < row.Size;
    }

    public bool TryFindPublicRow(uint rva, out PublicRow row)
    {
        row = default;
        var index = FindRow(TableSection.Publics, TableSection.PublicPages, PublicRow.Stride, rva);
        if (index < 0)
            return false;

        row = PublicRow.Read(ReadRow(TableSection.Publics, (uint)index, PublicRow.Stride));
        return rva - row.Rva < row.Size;
    }

    public bool TryFindCfiBlock(uint rva, out CfiBlock block)
    {
        block = default;
        var index = FindRow(TableSection.CfiBlocks, TableSection.CfiPages, CfiBlock.Stride, rva);
        if (index < 0)
            return false;

        block = CfiBlock.Read(ReadRow(TableSection.CfiBlocks, (uint)index, CfiBlock.Stride));
        return rva - block.Rva < block.Size;
    }

    /// <summary>The STACK WIN record but for its program, of which the string or place in the text is given.</summary>
    public bool TryFindWinRow(uint rva, out WinFrame frame, out uint program) =>
        TryFindWinRow(TableSection.FrameDataPieces, rva, out frame, out program)
        || TryFindWinRow(TableSection.FpoPieces, rva, out frame, out program);

    /// <summary>Finds a file or origin by its number: its row, and its string or place in the text.</summary>
    public bool TryFindNumber(TableSection section, uint number, out int row, out uint name)
    {
        var count = CountRows(section, NameStride);

        // Numbers mostly run from 0 without a hole, and then are their own index.
        row = number < count && ReadNumber(section, (int)number) == number
            ? (int)number
            : Search(section, NameStride, 0, count, number);
        name = 0;
        if (row < 0 || ReadNumber(section, row) != number)
            return false;

        name = BinaryPrimitives.ReadUInt32LittleEndian(ReadRow(section, (uint)row, NameStride)[4..]);
        return true;
    }

    /// <summary>How many rows a section has, for those who look at a table whole.</summary>
    public int CountRows(TableSection section, int stride) => (int)(_sections[(int)section].Length / (uint)stride);

    public ReadOnlySpan<byte> ReadRow(TableSection section, uint index, int stride) =>
        Read(section, (ulong)index * (uint)stride, stride);

    /// <summary>The blob at an offset of a section.</summary>
    public ReadOnlyMemory<byte> ReadBlob(TableSection section, uint offset)
    {
        if (offset == 0)
            return default;

        ref readonly var entry = ref _sections[(int)section];
        var head = Read(section, offset, (int)Math.Min(5, entry.Length - Math.Min(offset, entry.Length)));
        var reader = new VariableReader(head);
        if (!reader.TryRead32(out var length))
            throw new DamagedTableException($"{section} has no blob at {offset}");

        var start = offset + (uint)reader.Position;
        Read(section, start, checked((int)Math.Min(length, int.MaxValue)));
        return _file.Slice((int)(entry.Offset + start), (int)length);
    }

    public FunctionSymbol ToSymbol(FunctionRow row)
    {
        var window = new BlobWindow(stackalloc byte[_functionBlobs is null ? 0 : BlobWindow.Size]);
        return ToSymbol(row, ref window);
    }

    FunctionSymbol ToSymbol(FunctionRow row, scoped ref BlobWindow window) => new()
    {
        Name = ReadName(row.Name & ~FunctionRow.MultipleFlag, ref window),
        Rva = row.Rva,
        Size = row.Size,
        ParameterSize = row.ParameterSize,
        IsMultiple = (row.Name & FunctionRow.MultipleFlag) != 0,
    };

    public FunctionSymbol ToSymbol(PublicRow row) => new()
    {
        Name = ReadName(row.Name & ~FunctionRow.MultipleFlag),
        Rva = row.Rva,
        Size = row.Size,
        ParameterSize = row.ParameterSize,
        IsPublic = true,
        IsMultiple = (row.Name & FunctionRow.MultipleFlag) != 0,
    };

    /// <summary>Start, row.</summary>
    const int PieceStride = 8;

    static TableImage OpenEmpty()
    {
        using var table = new MemoryStream();
        var writer = new TableWriter(new(table));
        new ModuleTexts(new(), 0, []).Write(writer[TableSection.Module]);
        writer.TryFinish(TableKind.Compiled, default);
        return Open(table);
    }

    bool TryFindWinRow(TableSection pieces, uint rva, out WinFrame frame, out uint program)
    {
        frame = default;
        program = 0;
        var piece = Search(pieces, PieceStride, 0, CountRows(pieces, PieceStride), rva);
        if (piece < 0)
            return false;

        var index = BinaryPrimitives.ReadUInt32LittleEndian(ReadRow(pieces, (uint)piece, PieceStride)[4..]);
        frame = WinRow.Read(ReadRow(TableSection.WinFrames, index, WinRow.Stride), out program);
        return rva - frame.Rva < frame.Size;
    }

    bool TryFindPiece(TableSection pieces, TableSection pages, uint rva, out uint row)
    {
        var piece = FindRow(pieces, pages, PieceStride, rva);
        row = piece < 0 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(ReadRow(pieces, (uint)piece, PieceStride)[4..]);
        return piece >= 0;
    }

    /// <summary>Index of the last row that does not start behind an address, by way of the page index; −1 for none.</summary>
    int FindRow(TableSection rows, TableSection pages, int stride, uint rva)
    {
        var page = rva >> _sections[(int)pages].Shift;
        var pageCount = CountRows(pages, 4);
        if (page + 1 >= pageCount)
            return CountRows(rows, stride) - 1;

        var bounds = Read(pages, (ulong)page * 4, 8);
        return Search(
            rows,
            stride,
            BinaryPrimitives.ReadInt32LittleEndian(bounds),
            BinaryPrimitives.ReadInt32LittleEndian(bounds[4..]),
            rva);
    }

    /// <summary>Index of the last row up to a bound that does not start behind an address; those below the low one do not.</summary>
    int Search(TableSection rows, int stride, int low, int high, uint rva)
    {
        while (low < high)
        {
            var middle = (int)((uint)(low + high) >> 1);
            if (BinaryPrimitives.ReadUInt32LittleEndian(ReadRow(rows, (uint)middle, stride)) <= rva)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }

    ReadOnlyMemory<byte> FindName(TableSection section, uint number) =>
        TryFindNumber(section, number, out _, out var name) ? ReadName(name) : default;

    ReadOnlyMemory<byte> ReadName(uint offset)
    {
        var window = new BlobWindow(stackalloc byte[_functionBlobs is null ? 0 : BlobWindow.Size]);
        return ReadName(offset, ref window);
    }

    ReadOnlyMemory<byte> ReadName(uint offset, scoped ref BlobWindow window) =>
        _functionBlobs is null || offset < _functionBlobsStart
            ? ReadBlob(TableSection.Blobs, offset)
            : _functionBlobs.ReadName(offset, ref window);

    /// <summary>What belongs to a function, good until the next call.</summary>
    ReadOnlySpan<byte> ReadBlob(uint offset, scoped ref BlobWindow window) =>
        _functionBlobs is null || offset < _functionBlobsStart
            ? ReadBlob(TableSection.Blobs, offset).Span
            : _functionBlobs.Read(offset, ref window);

    uint ReadNumber(TableSection section, int index) =>
        BinaryPrimitives.ReadUInt32LittleEndian(ReadRow(section, (uint)index, NameStride));

    string[] ReadRegisterNames()
    {
        var names = new string[CountRows(TableSection.RegisterNames, 4)];
        for (var i = 0; i < names.Length; i++)
        {
            var offset = BinaryPrimitives.ReadUInt32LittleEndian(ReadRow(TableSection.RegisterNames, (uint)i, 4));
            names[i] = Encoding.UTF8.GetString(ReadBlob(TableSection.RulePrograms, offset).Span);
        }

        return names;
    }

    ReadOnlySpan<byte> Read(TableSection section, ulong offset, int length)
    {
        ref readonly var entry = ref _sections[(int)section];
        if (offset + (ulong)length > entry.Length)
            throw new DamagedTableException($"{section} has no {length} bytes at {offset}");

        var start = (int)(entry.Offset + (uint)offset);
        if (length > 0)
            _blocks?.CheckRange(_file.Span, start, start + length);
        return _file.Span.Slice(start, length);
    }
}
