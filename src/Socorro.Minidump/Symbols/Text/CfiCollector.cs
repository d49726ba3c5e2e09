using System.Runtime.InteropServices;
using Socorro.Minidumps.Symbols.Rules;
using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>Gathers the STACK CFI records of one range and writes them as the program of a table.</summary>
sealed class CfiCollector(RuleSets sets)
{
    readonly ByteBuffer _texts = new();
    readonly List<Row> _rows = [];
    readonly List<CfiRow> _changes = [];
    uint _start;
    ulong _end;
    bool _isSorted;

    public void Begin(CfiRecord init)
    {
        _rows.Clear();
        _texts.Clear();
        _start = (uint)init.Rva;
        _end = init.Rva + AddressRange.ClampSize(init.Rva, init.Size);
        _isSorted = true;
        Add(init);
    }

    /// <summary>Adds a row; one behind the range's end would never be in force, one in front of its start always is.</summary>
    public void Add(CfiRecord row)
    {
        if (row.Rva >= _end && _rows.Count > 0)
            return;

        var rva = Math.Max((uint)row.Rva, _start);
        _isSorted &= _rows.Count == 0 || _rows[^1].Rva <= rva;
        _rows.Add(new(rva, _rows.Count, _texts.Length, row.Rules.Length));
        _texts.Write(row.Rules);
    }

    /// <summary>Merges the rows up to an address: the rules in force there, and from where on they are.</summary>
    public CfiRow Find(uint rva)
    {
        Sort();
        var texts = _texts.Written;
        var found = new CfiRow(_start, sets.Begin(texts[.._rows[0].Length]));
        foreach (var row in CollectionsMarshal.AsSpan(_rows)[1..])
        {
            if (row.Rva > rva)
                break;

            found = new(row.Rva, sets.Merge(found.RuleSet, texts.Slice(row.Text, row.Length)));
        }

        return found;
    }

    /// <summary>Merges each row into the rules in front of it, and writes the changes.</summary>
    public void Write(ByteBuffer program)
    {
        Sort();
        var texts = _texts.Written;
        var initialSet = sets.Begin(texts[.._rows[0].Length]);
        var set = initialSet;
        _changes.Clear();
        foreach (var row in CollectionsMarshal.AsSpan(_rows)[1..])
        {
            set = sets.Merge(set, texts.Slice(row.Text, row.Length));
            if (row.Rva == _start)
                initialSet = set;
            else if (_changes.Count > 0 && _changes[^1].Rva == row.Rva)
                _changes[^1] = new(row.Rva, set);
            else
                _changes.Add(new(row.Rva, set));
        }

        CfiProgram.Write(program, _start, initialSet, CollectionsMarshal.AsSpan(_changes));
    }

    void Sort()
    {
        if (!_isSorted)
            _rows.Sort(static (a, b) => (a.Rva, a.Order).CompareTo((b.Rva, b.Order)));
    }

    readonly record struct Row(uint Rva, int Order, int Text, int Length);
}
