using System.Text.RegularExpressions;

namespace Socorro.Signatures.Lists;

/// <summary>
/// Regular expressions that a frame may match, each anchored at the frame's start and open at its end. They are one automaton,
/// so that the time is that of reading the frame once, whatever the expressions are.
/// </summary>
public sealed class PatternList
{
    /// <summary>The non-backtracking engine is linear in the text; it knows no lookarounds and no back references.</summary>
    internal const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    readonly Regex? _regex;

    /// <exception cref="ArgumentException">An entry is not a regular expression.</exception>
    /// <exception cref="NotSupportedException">An entry needs backtracking.</exception>
    public PatternList(IReadOnlyList<string> entries)
    {
        Entries = entries;
        if (entries.Count > 0)
            _regex = new($@"\A(?:{string.Join('|', entries.Select(entry => $"(?:{entry})"))})", Options);
    }

    public IReadOnlyList<string> Entries { get; }

    /// <summary>Whether the frame matches an entry; an empty list matches nothing.</summary>
    public bool Matches(string frame) => _regex is not null && _regex.IsMatch(frame);
}
