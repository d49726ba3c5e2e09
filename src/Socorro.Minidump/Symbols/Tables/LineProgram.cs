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
        var functionEnd = (ulong)functionRva + functionSize;
        var end = (ulong)functionRva;
        var line = 0u;
        var file = 0u;
        var dropped = 0;
        foreach (var record in lines)
        {
            var start = record.Rva;
            var size = Math.Min(record.Size, functionEnd - Math.Min(start, functionEnd));
            if (start < functionRva)
            {
                size -= Math.Min(size, functionRva - start);
                start = functionRva;
            }

            if (size == 0)
                continue;

            if (start < end)
            {
                dropped++;
                continue;
            }

            var flags = (record.File != file ? FileChanged : 0) | (start != end ? HasGap : 0);
            program.WriteVariable(size << FlagBits | flags);
            if (start != end)
                program.WriteVariable(start - end);
            program.WriteVariableSigned((long)record.Line - line);
            if (record.File != file)
                program.WriteVariable(record.File);
            (end, line, file) = (start + size, record.Line, record.File);
        }

        return dropped;
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

            found = new() { Rva = start, Size = end - start, Line = line, File = file };
            return rva >= start && rva < end;
        }

        return false;
    }
}
