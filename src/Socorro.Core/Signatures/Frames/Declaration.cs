namespace Socorro.Signatures.Frames;

/// <summary>Splits a function's declaration at the blanks outside of all brackets.</summary>
static class Declaration
{
    /// <summary>
    /// The last word: the name with its arguments, without what is declared before it. A word that begins with an argument list
    /// or a <c>[clone</c> belongs to the word before it. Null when there is no word at all.
    /// </summary>
    public static string? LastWord(string declaration)
    {
        if (declaration.Length == 0)
            return null;

        var levels = declaration.Length <= 256 ? stackalloc char[declaration.Length] : new char[declaration.Length];
        var level = 0;
        var start = 0;
        for (var i = 0; i < declaration.Length; i++)
        {
            var c = declaration[i];
            if (CloseOf(c) is { } close)
            {
                levels[level++] = close;
            }
            else if (level > 0)
            {
                level -= levels[level - 1] == c ? 1 : 0;
            }
            else if (c == ' ')
            {
                if (i == declaration.Length - 1)
                    return declaration[start..i];

                if (!BelongsToPrevious(declaration.AsSpan(i + 1)))
                    start = i + 1;
            }
        }

        return declaration[start..];
    }

    /// <summary>The character that closes what this one opens; null when it opens nothing.</summary>
    public static char? CloseOf(char c) => c switch
    {
        '(' => ')',
        '{' => '}',
        '[' => ']',
        '<' => '>',
        '`' => '\'',
        _ => null,
    };

    static bool BelongsToPrevious(ReadOnlySpan<char> word) => word.StartsWith("(") || word.StartsWith("[clone");
}
