namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>One range of inlined code.</summary>
struct InlineRow
{
    public uint Depth;
    public ulong Rva;
    public ulong Size;
    public uint Origin;
    public uint CallLine;
    public uint CallFile;
}

/// <summary>
/// The inlined calls within one function as a compact program: for each depth the length of its rows and the rows by address.
/// Depths are read from 0 until one has nothing at an address.
/// </summary>
static class InlineProgram
{
    /// <summary>Calls nested deeper than any compiler inlines are dropped.</summary>
    public const int MaxDepth = 255;

    const ulong SameCall = 1;

    /// <summary>Writes rows sorted by depth and address. What lies outside the function is dropped.</summary>
    /// <param name="level">Empty, and again afterwards: where the rows of one depth are put together.</param>
    public static void Write(
        ByteBuffer program, ByteBuffer level, uint functionRva, uint functionSize, ReadOnlySpan<InlineRow> rows)
    {
        var depth = 0u;
        var previous = StartOf(functionRva);
        foreach (var row in rows)
        {
            for (; depth < row.Depth; depth++)
            {
                program.AppendLevel(level);
                previous = StartOf(functionRva);
            }

            if (!IsUsable(row, functionRva, functionSize))
                continue;

            var isSame = row.Origin == previous.Origin
                && row.CallLine == previous.CallLine
                && row.CallFile == previous.CallFile;
            level.WriteVariable(row.Size << 1 | (isSame ? SameCall : 0));
            level.WriteVariable(row.Rva - previous.Rva);
            if (!isSame)
            {
                level.WriteVariable(row.Origin);
                level.WriteVariable(row.CallLine);
                level.WriteVariable(row.CallFile);
            }

            previous = row;
        }

        program.AppendLevel(level);
    }

    /// <summary>
    /// Finds the calls that an address is in, outermost first, and tells how many there are even when they do not all fit.
    /// </summary>
    public static int Find(ReadOnlySpan<byte> program, uint functionRva, ulong rva, Span<InlineRow> found)
    {
        var reader = new VariableReader(program);
        var count = 0;
        while (reader.TryRead(out var length) && reader.TryTake(length, out var level))
        {
            if (!TryFindAtDepth(level, functionRva, rva, out var row))
                break;

            row.Depth = (uint)count;
            if (count < found.Length)
                found[count] = row;
            count++;
        }

        return count;
    }

    /// <summary>The same among rows sorted by depth and address, of which no program was written.</summary>
    public static int Find(
        ReadOnlySpan<InlineRow> rows, uint functionRva, uint functionSize, ulong rva, Span<InlineRow> found)
    {
        var count = 0;
        var next = 0;
        while (true)
        {
            var last = default(InlineRow);
            for (; next < rows.Length && rows[next].Depth == count; next++)
            {
                if (rows[next].Rva <= rva && IsUsable(rows[next], functionRva, functionSize))
                    last = rows[next];
            }

            if (rva - last.Rva >= last.Size)
                return count;

            if (count < found.Length)
                found[count] = last;
            count++;
        }
    }

    static bool IsUsable(in InlineRow row, uint functionRva, uint functionSize) =>
        row.Size > 0 && row.Rva >= functionRva && row.Rva - functionRva < functionSize;

    /// <summary>Of the rows that do not start behind the address the last one decides.</summary>
    static bool TryFindAtDepth(ReadOnlySpan<byte> level, uint functionRva, ulong rva, out InlineRow row)
    {
        var reader = new VariableReader(level);
        var next = StartOf(functionRva);
        do
        {
            row = next;
        }
        while (!reader.IsAtEnd && TryStep(ref reader, ref next) && next.Rva <= rva);

        return rva - row.Rva < row.Size;
    }

    /// <summary>What the first row of each depth is written as a difference to.</summary>
    static InlineRow StartOf(uint functionRva) => new() { Rva = functionRva, Origin = uint.MaxValue };

    /// <summary>Turns the row before into the next one.</summary>
    static bool TryStep(ref VariableReader reader, ref InlineRow row)
    {
        if (!reader.TryRead(out var header) || !reader.TryRead(out var delta))
            return false;

        row.Rva = unchecked(row.Rva + delta);
        row.Size = header >> 1;
        return (header & SameCall) != 0
            || reader.TryRead32(out row.Origin)
            && reader.TryRead32(out row.CallLine)
            && reader.TryRead32(out row.CallFile);
    }

    extension(ByteBuffer program)
    {
        void AppendLevel(ByteBuffer level)
        {
            program.WriteVariable((uint)level.Length);
            program.Write(level.Written);
            level.Clear();
        }
    }
}
