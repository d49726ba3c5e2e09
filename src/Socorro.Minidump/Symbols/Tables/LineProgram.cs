namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>What source a range of code came from.</summary>
struct LineRow
{
    public ulong Rva;
    public ulong Size;
    public uint Line;
    public uint File;
}

/// <summary>
/// The line records of one function as a compact program: a row costs about three bytes, and finding one means reading the
/// rows in front of it, which for most functions is cheaper than a search over memory that is not in the cache.
/// </summary>
static class LineProgram
{
    const ulong FileChanged = 1;
    const ulong HasGap = 2;
    const int FlagBits = 2;

    /// <summary>
    /// Writes lines sorted by address. One that starts within the line written before it is dropped and counted in the
    /// result; what lies outside the function is dropped too.
    /// </summary>
    public static int Write(ByteBuffer program, uint functionRva, uint functionSize, ReadOnlySpan<LineRow> lines)
    {
        var end = (ulong)functionRva;
        var line = 0u;
        var file = 0u;
        var usable = new UsableLines(lines, functionRva, functionSize);
        while (usable.TryRead(out var record))
        {
            var flags = (record.File != file ? FileChanged : 0) | (record.Rva != end ? HasGap : 0);
            program.WriteVariable(record.Size << FlagBits | flags);
            if (record.Rva != end)
                program.WriteVariable(record.Rva - end);
            program.WriteVariableSigned((long)record.Line - line);
            if (record.File != file)
                program.WriteVariable(record.File);
            (end, line, file) = (record.Rva + record.Size, record.Line, record.File);
        }

        return usable.Dropped;
    }

    /// <summary>Finds the line that covers an address among those that <see cref="Write"/> would write.</summary>
    public static bool TryFind(
        ReadOnlySpan<LineRow> lines, uint functionRva, uint functionSize, ulong rva, out LineRow found)
    {
        var usable = new UsableLines(lines, functionRva, functionSize);
        while (usable.TryRead(out found) && found.Rva <= rva)
        {
            if (rva - found.Rva < found.Size)
                return true;
        }

        found = default;
        return false;
    }

    /// <summary>Finds the line that covers an address.</summary>
    public static bool TryFind(ReadOnlySpan<byte> program, uint functionRva, ulong rva, out LineRow found)
    {
        var reader = new VariableReader(program);
        var end = (ulong)functionRva;
        var line = 0u;
        var file = 0u;
        found = default;
        while (reader.TryRead(out var header))
        {
            var gap = 0UL;
            if ((header & HasGap) != 0 && !reader.TryRead(out gap))
                return false;

            if (!reader.TryReadSigned(out var delta))
                return false;

            if ((header & FileChanged) != 0 && !reader.TryRead32(out file))
                return false;

            line = unchecked((uint)(line + delta));
            var start = unchecked(end + gap);
            end = unchecked(start + (header >> FlagBits));
            if (rva >= end && start < end)
                continue;

            if (rva < start || rva >= end)
                return false;

            found = new() { Rva = start, Size = end - start, Line = line, File = file };
            return true;
        }

        return false;
    }

    /// <summary>Goes through sorted lines: cut to their function, and without those that start within one before.</summary>
    ref struct UsableLines(ReadOnlySpan<LineRow> lines, uint functionRva, uint functionSize)
    {
        readonly ReadOnlySpan<LineRow> _lines = lines;
        ulong _end = functionRva;
        int _next;

        /// <summary>How many lines passed so far start within one before.</summary>
        public int Dropped { get; private set; }

        public bool TryRead(out LineRow line)
        {
            var functionEnd = (ulong)functionRva + functionSize;
            while (_next < _lines.Length)
            {
                line = _lines[_next++];
                line.Size = Math.Min(line.Size, functionEnd - Math.Min(line.Rva, functionEnd));
                if (line.Rva < functionRva)
                {
                    line.Size -= Math.Min(line.Size, functionRva - line.Rva);
                    line.Rva = functionRva;
                }

                if (line.Size == 0)
                    continue;

                if (line.Rva >= _end)
                {
                    _end = line.Rva + line.Size;
                    return true;
                }

                Dropped++;
            }

            line = default;
            return false;
        }
    }
}
