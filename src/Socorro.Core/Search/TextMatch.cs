using System.Text;
using System.Text.RegularExpressions;
using Socorro.Fields;

namespace Socorro.Search;

/// <summary>Makes the test of a text from what is asked of it.</summary>
static partial class TextMatch
{
    /// <summary>More states of an automaton than anybody's expression needs; hostile ones ask for millions.</summary>
    const long MaxStates = 10_000;

    public static Func<string, bool> For(FieldCondition.Text condition, SearchSplit split)
    {
        var test = Whole(condition, split);
        return split == SearchSplit.Semicolons
            ? text => text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Any(test)
            : test;
    }

    /// <summary>What is wrong with a regular expression; null when nothing is.</summary>
    public static string? FindMistake(string expression)
    {
        if (CountStates(expression) > MaxStates)
            return "is too complex";

        try
        {
            _ = Compile($@"\A(?:{expression})\z");
            return null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return "is not a regular expression without lookarounds and back references";
        }
    }

    static Func<string, bool> Whole(FieldCondition.Text condition, SearchSplit split)
    {
        var value = condition.Value;
        return condition.Operator switch
        {
            TextOperator.Has when split == SearchSplit.Words => HasWords(value),
            TextOperator.Has when split == SearchSplit.Semicolons =>
                text => text.Equals(value, StringComparison.OrdinalIgnoreCase),
            TextOperator.Has or TextOperator.Is => text => text == value,
            TextOperator.Matches => Compile($@"\A(?:{value})\z").IsMatch,
            TextOperator.Contains => Wildcard($"*{value}*"),
            TextOperator.StartsWith => Wildcard($"{value}*"),
            TextOperator.EndsWith => Wildcard($"*{value}"),
            _ => throw new InvalidOperationException($"{condition.Operator} can't be asked"),
        };
    }

    /// <summary>All of the words, whatever is between them; a value without words is compared as it is.</summary>
    static Func<string, bool> HasWords(string value)
    {
        var wanted = Words(value);
        return wanted.Count == 0 ? text => text == value : text => wanted.IsSubsetOf(Words(text));
    }

    static HashSet<string> Words(string text) =>
        new(Word().Matches(text).Select(word => word.Value), StringComparer.OrdinalIgnoreCase);

    /// <summary>A star is any text, a question mark any character, and a backslash takes the meaning of either.</summary>
    static Func<string, bool> Wildcard(string pattern)
    {
        var expression = new StringBuilder(@"\A");
        for (var i = 0; i < pattern.Length; i++)
        {
            var isEscaped = pattern[i] == '\\' && i + 1 < pattern.Length && pattern[i + 1] is '*' or '?' or '\\';
            var c = isEscaped ? pattern[++i] : pattern[i];
            _ = (c, isEscaped) switch
            {
                ('*', false) => expression.Append(".*"),
                ('?', false) => expression.Append('.'),
                _ => expression.Append(Regex.Escape(c.ToString())),
            };
        }

        return Compile(expression.Append(@"\z").ToString()).IsMatch;
    }

    static Regex Compile(string expression) => new(
        expression, RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant);

    /// <summary>Counted repetitions multiply where they are nested, and it costs little to take all for nested.</summary>
    static long CountStates(string expression) => Repetition().Matches(expression).Aggregate(
        (long)expression.Length,
        (states, count) => Math.Min(MaxStates + 1, states * Math.Max(1, Math.Min(MaxStates, ReadCount(count)))));

    static long ReadCount(Match repetition) =>
        long.TryParse(repetition.Groups[2].Length > 0 ? repetition.Groups[2].Value : repetition.Groups[1].Value, out var count)
            ? count
            : MaxStates;

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\{([0-9]+)(?:,([0-9]*))?\}")]
    private static partial Regex Repetition();
}
