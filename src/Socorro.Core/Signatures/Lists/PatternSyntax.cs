using System.Globalization;

namespace Socorro.Signatures.Lists;

/// <summary>The structure of a regular expression.</summary>
abstract record Pattern
{
    public sealed record Character(CharSet Set) : Pattern;

    public sealed record Sequence(IReadOnlyList<Pattern> Parts) : Pattern;

    public sealed record Choice(IReadOnlyList<Pattern> Alternatives) : Pattern;

    /// <param name="Body">What is repeated.</param>
    /// <param name="Min">At least so often.</param>
    /// <param name="Max">At most so often; -1 for any number.</param>
    public sealed record Repetition(Pattern Body, int Min, int Max) : Pattern;

    /// <summary>The end of the text, or its last line feed.</summary>
    public sealed record End : Pattern;
}

/// <summary>
/// Reads the regular expressions that lists are made of: characters, classes, groups, alternatives and repetitions. They were
/// found valid before; what is not read here is for the framework's engine.
/// </summary>
ref struct PatternSyntax
{
    const int MaxDepth = 64;
    const int MaxRepetitions = 64;

    readonly ReadOnlySpan<char> _text;
    int _position;
    int _depth;
    bool _ignoreCase;

    PatternSyntax(ReadOnlySpan<char> text) => _text = text;

    /// <summary>The structure of an expression; null when it uses more than is read here.</summary>
    public static Pattern? Parse(string expression)
    {
        var syntax = new PatternSyntax(expression);
        var pattern = syntax.ReadChoice();
        return syntax._position == expression.Length ? pattern : null;
    }

    Pattern? ReadChoice()
    {
        var alternatives = new List<Pattern>();
        while (ReadSequence() is { } alternative)
        {
            alternatives.Add(alternative);
            if (!Skip('|'))
                return alternatives is [var only] ? only : new Pattern.Choice(alternatives);
        }

        return null;
    }

    Pattern? ReadSequence()
    {
        var parts = new List<Pattern>();
        while (_position < _text.Length && _text[_position] is not ('|' or ')'))
        {
            if (ReadAtom() is not { } atom || ReadRepetition(atom) is not { } part)
                return null;

            parts.Add(part);
        }

        return parts is [var only] ? only : new Pattern.Sequence(parts);
    }

    Pattern? ReadAtom()
    {
        var c = _text[_position++];
        return c switch
        {
            '(' => ReadGroup(),
            '[' => ReadClass() is { } set ? new Pattern.Character(set) : null,
            '\\' => ReadEscape() is { } set ? new Pattern.Character(set) : null,
            '.' => new Pattern.Character(CharSet.AnyButLineFeed),
            '$' => new Pattern.End(),
            '^' => null,
            _ => new Pattern.Character(CharSet.Single(c, _ignoreCase)),
        };
    }

    Pattern? ReadGroup()
    {
        var ignoredCase = _ignoreCase;
        if (_text[_position..].StartsWith("?i:"))
        {
            _ignoreCase = true;
            _position += 3;
        }
        else if (_text[_position..].StartsWith("?:"))
        {
            _position += 2;
        }
        else if (_text[_position..].StartsWith("?"))
        {
            return null;
        }

        if (++_depth > MaxDepth)
            return null;

        var group = ReadChoice();
        _depth--;
        _ignoreCase = ignoredCase;
        return Skip(')') ? group : null;
    }

    CharSet? ReadEscape()
    {
        var c = _text[_position++];
        return c switch
        {
            'd' => CharSet.Digits,
            'D' => CharSet.Digits.Complement(),
            'w' => CharSet.WordCharacters,
            'W' => CharSet.WordCharacters.Complement(),
            's' => CharSet.Blanks,
            'S' => CharSet.Blanks.Complement(),
            't' => CharSet.Single('\t', ignoreCase: false),
            _ => char.IsAsciiLetterOrDigit(c) ? null : CharSet.Single(c, _ignoreCase),
        };
    }

    CharSet? ReadClass()
    {
        var isNegated = Skip('^');
        var sets = new List<CharSet>();
        var isFirst = true;
        for (; isFirst || _text[_position] != ']'; isFirst = false)
        {
            var c = _text[_position++];
            if (c == '[')
                return null;

            if (c == '\\')
            {
                // A range that begins or ends with an escape is for the other engine.
                if (ReadEscape() is not { } escaped || (_text[_position] == '-' && _text[_position + 1] != ']'))
                    return null;

                sets.Add(escaped);
                continue;
            }

            var last = c;
            if (_text[_position] == '-' && _text[_position + 1] != ']')
            {
                last = _text[_position + 1];
                _position += 2;
                if (last is '\\' or '[')
                    return null;
            }

            sets.Add(CharSet.Range(c, last, _ignoreCase));
        }

        _position++;
        return isNegated ? CharSet.Union(sets).Complement() : CharSet.Union(sets);
    }

    Pattern? ReadRepetition(Pattern body)
    {
        if (_position == _text.Length)
            return body;

        var (min, max) = _text[_position] switch
        {
            '*' => (0, -1),
            '+' => (1, -1),
            '?' => (0, 1),
            '{' => ReadCounts(),
            _ => (1, 1),
        };
        if ((min, max) == (1, 1))
            return body;

        if (_text[_position] != '{')
            _position++;
        else
            _position += _text[_position..].IndexOf('}') + 1;

        // Whether few or many are tried first makes no difference to what matches.
        Skip('?');
        return min <= MaxRepetitions && max <= MaxRepetitions && body is not Pattern.End
            ? new Pattern.Repetition(body, min, max)
            : null;
    }

    /// <summary><c>{2}</c>, <c>{2,}</c>, <c>{2,5}</c>; a brace that is none of them is an ordinary character.</summary>
    readonly (int Min, int Max) ReadCounts()
    {
        var end = _text[_position..].IndexOf('}');
        if (end < 0)
            return (1, 1);

        var counts = _text.Slice(_position + 1, end - 1);
        var comma = counts.IndexOf(',');
        if (!TryReadCount(comma < 0 ? counts : counts[..comma], out var min))
            return (1, 1);

        if (comma < 0)
            return (min, min);

        return comma == counts.Length - 1 ? (min, -1) : TryReadCount(counts[(comma + 1)..], out var max) ? (min, max) : (1, 1);
    }

    static bool TryReadCount(ReadOnlySpan<char> digits, out int count) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out count);

    bool Skip(char c)
    {
        if (_position == _text.Length || _text[_position] != c)
            return false;

        _position++;
        return true;
    }
}
