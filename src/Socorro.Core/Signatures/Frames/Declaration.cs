namespace Socorro.Signatures.Frames;

/// <summary>Reads a function's declaration without regard to what is inside of brackets.</summary>
static class Declaration
{
    const int MaxOnStack = 256;

    const string AnonymousNamespace = "(anonymous namespace)";

    /// <summary>
    /// The last word: the name with its arguments, without what is declared before it. A word that begins with an argument list
    /// or a <c>[clone</c> belongs to the word before it. Null when there is no word at all.
    /// </summary>
    /// <param name="declaration">What the symbol file calls the function.</param>
    /// <param name="knowsNamespaces">Whether a word may begin with an anonymous namespace.</param>
    public static string? LastWord(string declaration, bool knowsNamespaces = false)
    {
        if (declaration.Length == 0)
            return null;

        var nesting = new Nesting(
            declaration.Length <= MaxOnStack ? stackalloc char[MaxOnStack] : new char[declaration.Length]);
        var start = 0;
        for (var i = 0; i < declaration.Length; i++)
        {
            if (declaration[i] == ' ' && nesting.IsOutside)
            {
                if (i == declaration.Length - 1)
                    return declaration[start..i];

                if (!BelongsToPrevious(declaration.AsSpan(i + 1), knowsNamespaces))
                    start = i + 1;
            }

            nesting.Read(declaration[i]);
        }

        return declaration[start..];
    }

    /// <summary>Where a text begins that is not inside of brackets; -1 when it does not.</summary>
    /// <param name="isWord">Whether letters and digits beside it make it another text.</param>
    public static int IndexOf(string declaration, string text, bool isWord)
    {
        if (!declaration.Contains(text, StringComparison.Ordinal))
            return -1;

        var nesting = new Nesting(
            declaration.Length <= MaxOnStack ? stackalloc char[MaxOnStack] : new char[declaration.Length]);
        for (var i = 0; i <= declaration.Length - text.Length; i++)
        {
            var isHere = nesting.IsOutside && declaration.AsSpan(i).StartsWith(text);
            if (isHere && (!isWord || IsWordAt(declaration, i, text.Length)))
                return i;

            nesting.Read(declaration[i]);
        }

        return -1;
    }

    public static bool IsWordCharacter(char c) => char.IsLetterOrDigit(c) || c is '_' or '$';

    static bool IsWordAt(string declaration, int index, int length) =>
        (index == 0 || !IsWordCharacter(declaration[index - 1]))
        && (index + length == declaration.Length || !IsWordCharacter(declaration[index + length]));

    static bool BelongsToPrevious(ReadOnlySpan<char> word, bool knowsNamespaces) =>
        (word.StartsWith("(") && !(knowsNamespaces && word.StartsWith(AnonymousNamespace))) || word.StartsWith("[clone");
}
