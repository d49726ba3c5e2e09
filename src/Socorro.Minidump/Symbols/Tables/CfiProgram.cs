namespace Socorro.Minidumps.Symbols.Tables;

/// <summary>A change of the rules in force, within the range of an INIT record.</summary>
readonly record struct CfiRow(uint Rva, int RuleSet);

/// <summary>
/// The rows of one INIT record as a compact program: the set of rules at its start, then for each change the distance to it
/// and the new set.
/// </summary>
static class CfiProgram
{
    /// <summary>Writes an INIT record's set and its rows, sorted by address and each behind the start.</summary>
    public static void Write(ByteBuffer program, uint start, int initialSet, ReadOnlySpan<CfiRow> rows)
    {
        program.WriteVariable((uint)initialSet);
        var previous = start;
        foreach (var row in rows)
        {
            program.WriteVariable(row.Rva - previous);
            program.WriteVariable((uint)row.RuleSet);
            previous = row.Rva;
        }
    }

    /// <summary>Finds the set in force at an address, and from where on it is.</summary>
    public static bool TryFind(ReadOnlySpan<byte> program, uint start, ulong rva, out CfiRow row)
    {
        var reader = new VariableReader(program);
        row = default;
        if (!reader.TryRead32(out var set))
            return false;

        row = new(start, (int)set);
        while (reader.TryRead32(out var delta) && row.Rva + (ulong)delta <= rva && reader.TryRead32(out set))
            row = new(row.Rva + delta, (int)set);
        return true;
    }
}
