using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Unwinding;

/// <summary>
/// Tells which unloaded modules an address falls in. They may overlap: other modules were loaded there at other times.
/// </summary>
sealed class UnloadedIndex
{
    /// <summary>More times than a module is remembered at one place; only a hostile dump has as many.</summary>
    const int MaxHits = 64;

    readonly UnloadedModule[] _byBase;

    // The highest end of a module and of all before it: below that address, the search backwards need not go on.
    readonly ulong[] _highestEnd;

    readonly Func<UnloadedModule, SymbolTable?> _open;

    /// <param name="modules">In any order.</param>
    /// <param name="open">Finds a module's symbols; null when there are none.</param>
    public UnloadedIndex(IReadOnlyList<UnloadedModule> modules, Func<UnloadedModule, SymbolTable?>? open = null)
    {
        _open = open ?? (_ => null);
        _byBase = [.. modules.OrderBy(module => module.Base)];
        _highestEnd = new ulong[_byBase.Length];
        var highest = 0UL;
        for (var i = 0; i < _byBase.Length; i++)
            _highestEnd[i] = highest = Math.Max(highest, _byBase[i].End);
    }

    /// <summary>By name, each with its offsets in rising order.</summary>
    public IReadOnlyList<UnloadedHit> Find(ulong address)
    {
        var hits = new SortedDictionary<string, SortedSet<ulong>>(StringComparer.Ordinal);
        var count = 0;
        for (var i = UpperBound(address) - 1; i >= 0 && _highestEnd[i] > address && count < MaxHits; i--)
        {
            if (!_byBase[i].Contains(address))
                continue;

            if (!hits.TryGetValue(_byBase[i].LeafName, out var offsets))
                hits.Add(_byBase[i].LeafName, offsets = []);
            offsets.Add(address - _byBase[i].Base);
            count++;
        }

        return [.. hits.Select(hit => new UnloadedHit(hit.Key, [.. hit.Value]))];
    }

    /// <summary>The symbols of an unloaded module that an address falls in; null when there are none.</summary>
    public SymbolTable? Open(ulong address)
    {
        for (var i = UpperBound(address) - 1; i >= 0 && _highestEnd[i] > address; i--)
        {
            if (_byBase[i].Contains(address))
                return _open(_byBase[i]);
        }

        return null;
    }

    /// <summary>How many modules begin at or below an address.</summary>
    int UpperBound(ulong address)
    {
        var (low, high) = (0, _byBase.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = _byBase[middle].Base <= address ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
