using System.IO.Hashing;

namespace Socorro.Minidumps.Symbols.Rules;

/// <summary>
/// All distinct sets of unwind rules of a symbol file, each the merge of an INIT record with some of its rows. A file repeats
/// a few hundred sets a hundred thousand times, so a step from one set to the next is remembered by the row's text.
/// </summary>
sealed class RuleSets
{
    /// <summary>Together no more than this; what a hostile file asks for beyond is unusable.</summary>
    const int MaxProgramBytes = 16 << 20;

    readonly CfiCompiler _compiler = new();
    readonly List<RuleSet> _sets = [RuleSet.Unusable];
    readonly Dictionary<ulong, int> _ids = [];
    readonly Dictionary<(int From, ulong Hash), Step> _steps = [];
    int _programBytes;

    public int Count => _sets.Count;

    public IReadOnlyList<string> RegisterNames => _compiler.Names;

    /// <summary>The byte code of a set: empty when it is unusable.</summary>
    public ReadOnlyMemory<byte> GetProgram(int id) => _sets[id].Program;

    /// <summary>The set of an INIT record's own rules.</summary>
    public int Begin(ReadOnlySpan<byte> rules) => Follow(-1, rules);

    /// <summary>The set that results when a row's rules are merged into another set.</summary>
    public int Merge(int set, ReadOnlySpan<byte> rules) => set == 0 ? 0 : Follow(set, rules);

    int Follow(int from, ReadOnlySpan<byte> rules)
    {
        var key = (from, XxHash3.HashToUInt64(rules));
        if (_steps.TryGetValue(key, out var step) && rules.SequenceEqual(step.Text))
            return step.To;

        var set = _compiler.Merge(from < 0 ? RuleSet.None : _sets[from], rules);
        var id = Intern(set);
        _steps.TryAdd(key, new(rules.ToArray(), id));
        return id;
    }

    int Intern(RuleSet set)
    {
        if (set.Program.Length == 0 || _programBytes + set.Program.Length > MaxProgramBytes)
            return 0;

        var hash = XxHash3.HashToUInt64(set.Program);
        while (_ids.TryGetValue(hash, out var id))
        {
            if (set.Program.AsSpan().SequenceEqual(_sets[id].Program))
                return id;
            hash++;
        }

        _programBytes += set.Program.Length;
        _ids.Add(hash, _sets.Count);
        _sets.Add(set);
        return _sets.Count - 1;
    }

    readonly record struct Step(byte[] Text, int To);
}

/// <summary>One set of rules: the byte code of each by its register, and all of it in the order of evaluation.</summary>
sealed record RuleSet(Rule[] Rules, byte[] Program)
{
    /// <summary>What an INIT record's rules are merged into.</summary>
    public static RuleSet None { get; } = new([], []);

    /// <summary>A malformed record, or one with more rules than any processor has registers.</summary>
    public static RuleSet Unusable { get; } = new([], []);
}

/// <summary>The rule for one register.</summary>
/// <param name="Target">Index of the register's name.</param>
/// <param name="Code">The index again, the <see cref="CfiForm"/>, and its operands.</param>
readonly record struct Rule(int Target, byte[] Code);
