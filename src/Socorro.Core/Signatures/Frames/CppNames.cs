using System.Text.RegularExpressions;

namespace Socorro.Signatures.Frames;

/// <summary>
/// Names of C and C++ functions: qualified name without return type, arguments, template arguments, and without numbers that
/// the compiler counts through. Reads what the demanglers of GCC, LLVM and MSVC print.
/// </summary>
static partial class CppNames
{
    const string Operator = "operator";

    /// <summary>Functions within functions, and functions that return functions, deeper than anybody writes them.</summary>
    const int MaxDepth = 8;

    /// <summary>The longest first, so that each is found whole.</summary>
    static readonly string[] OperatorSymbols =
    [
        "->*", "<=>", "<<=", ">>=", "()", "[]", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||",
        "+=", "-=", "*=", "/=", "%=", "^=", "&=", "|=", "+", "-", "*", "/", "%", "^", "&", "|", "~", "!", "=", "<", ">", ",",
        " new[]", " delete[]", " new", " delete", " co_await",
    ];

    public static string Shorten(string function) => Shorten(Clean(function), 0);

    static string Shorten(string declaration, int depth)
    {
        if (depth == MaxDepth)
            return Collapse(declaration);

        var index = Declaration.IndexOf(declaration, Operator, isWord: true);
        // Without arguments after it, all that follows the word is the operator: "operator Item* const&".
        if (index < 0 || Declaration.IndexOf(declaration[index..], "(", isWord: false) >= 0)
            declaration = Trailer.Cut(declaration);

        if (FindReturningFunction(declaration) is { } inner)
            return Shorten(inner, depth + 1);

        return index < 0
            ? Collapse(Declaration.LastWord(declaration, knowsNamespaces: true) ?? "").Trim()
            : ShortenOperator(declaration, index, depth);
    }

    /// <summary>The part common to all names: decorations go before anything is taken apart.</summary>
    static string Clean(string function)
    {
        var text = PythonText.Trim(function)
            .Replace("`anonymous namespace'", "(anonymous namespace)", StringComparison.Ordinal)
            .Replace("`anonymous-namespace'", "(anonymous namespace)", StringComparison.Ordinal)
            .Replace("[thunk]:", "", StringComparison.Ordinal);
        while (text.Contains("  ", StringComparison.Ordinal))
            text = text.Replace("  ", " ", StringComparison.Ordinal);

        text = Numbers().Replace(text, match => match.ValueSpan[0] switch
        {
            '$' => "$",
            '#' => "}",
            '\'' => "'lambda'",
            '<' => "<lambda>",
            _ => "",
        });
        return text;
    }

    /// <summary>The inner declaration of <c>long (*name(int))(char)</c>, a function that returns a pointer to a function.</summary>
    static string? FindReturningFunction(string declaration)
    {
        var index = Declaration.IndexOf(declaration, " (*", isWord: false);
        if (index < 0 || !Brackets.TryFindEnclosed(declaration, index, '(', ')', out var start, out var end))
            return null;

        var inner = declaration[(start + 2)..(end - 1)].TrimStart(' ', '*', '&');
        return end < declaration.Length && declaration[end] == '(' && inner.Length > 0 && Declaration.IsWordCharacter(inner[0])
            ? inner
            : null;
    }

    /// <summary>The symbol or type of an operator is part of its name, whatever brackets and blanks are in it.</summary>
    static string ShortenOperator(string declaration, int index, int depth)
    {
        var scope = index == 0 || declaration[index - 1] == ' '
            ? ""
            : Collapse(Declaration.LastWord(declaration[..index], knowsNamespaces: true) ?? "");
        var rest = declaration[(index + Operator.Length)..];
        var symbol = Array.Find(OperatorSymbols, symbol => rest.StartsWith(symbol, StringComparison.Ordinal));
        if (symbol is null)
        {
            var arguments = Declaration.IndexOf(rest, "(", isWord: false);
            symbol = Brackets.CollapseTypes(arguments < 0 ? rest : rest[..arguments], SignatureMode.Corrected).TrimEnd();
            rest = arguments < 0 ? "" : rest[arguments..];
        }
        else
        {
            rest = rest[symbol.Length..];
        }

        var types = Skip(ref rest, '<', '>') ? "<T>" : "";
        Skip(ref rest, '(', ')');
        var local = rest.StartsWith("::", StringComparison.Ordinal) ? $"::{Shorten(rest[2..], depth + 1)}" : "";
        return $"{scope}{Operator}{symbol}{types}{local}";
    }

    /// <summary>Steps over a bracketed part, if the text goes on with one.</summary>
    static bool Skip(ref string text, char open, char close)
    {
        var trimmed = text.TrimStart(' ');
        if (!trimmed.StartsWith(open) || !Brackets.TryFindEnclosed(trimmed, 0, open, close, out _, out var end))
            return false;

        text = trimmed[end..];
        return true;
    }

    static string Collapse(string name) => Brackets.CollapseArguments(Brackets.CollapseTypes(name, SignatureMode.Corrected));

    /// <summary>
    /// In this order: lambdas of Clang and GCC, of LLVM's demangler, of MSVC; tags of library versions; MSVC's adjusted thunks.
    /// </summary>
    [GeneratedRegex(@"(?<=::|^)\$_\d+|#\d+\}|'lambda\d*'|<lambda_[^<>]*>|\[abi:\w*\]|`(?:adjustor|vtordisp)\{[\d,]*\}'")]
    private static partial Regex Numbers();
}
