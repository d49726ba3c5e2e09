using System.Text.RegularExpressions;

namespace Socorro.Signatures.Lists;

/// <summary>
/// Regular expressions that a frame may match, each anchored at the frame's start and open at its end. All together are one
/// automaton, so that the time is that of reading the frame once, however many and whatever they are.
/// </summary>
public sealed class PatternList
{
    /// <summary>
    /// The framework's linear engine, for the few expressions that ours does not read. It takes a millisecond and a megabyte to
    /// build one, so it is not used for all of them. It knows no lookarounds and no back references.
    /// </summary>
    const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    readonly PatternAutomaton _automaton;
    readonly Regex[] _others;

    /// <exception cref="ArgumentException">An entry is not a regular expression.</exception>
    /// <exception cref="NotSupportedException">An entry needs backtracking, or is too large.</exception>
    public PatternList(IReadOnlyList<string> entries)
    {
        var patterns = new List<Pattern>();
        var others = new List<Regex>();
        foreach (var entry in entries)
        {
            _ = new Regex(entry, RegexOptions.CultureInvariant);
            if (PatternSyntax.Parse(entry) is { } pattern)
                patterns.Add(pattern);
            else
                others.Add(new($@"\A(?:{entry})", Linear));
        }

        Entries = entries;
        _automaton = new(patterns);
        _others = [.. others];
    }

    public IReadOnlyList<string> Entries { get; }

    /// <summary>Whether the frame matches an entry; an empty list matches nothing.</summary>
    public bool Matches(string frame) => _automaton.Matches(frame) || Array.Exists(_others, other => other.IsMatch(frame));
}
