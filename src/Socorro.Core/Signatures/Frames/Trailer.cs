using System.Buffers;

namespace Socorro.Signatures.Frames;

/// <summary>What declarations have after the argument list: qualifiers, a return type, the compiler's marks of a copy.</summary>
static class Trailer
{
    static readonly string[] Qualifiers =
        ["const", "volatile", "noexcept", "__ptr64", "__restrict", "restrict", "override", "final"];

    /// <summary>Marks that GCC and LLVM append to the name of a part or copy of a function, with a number or without.</summary>
    static readonly string[] CloneMarks =
        ["cold", "isra", "part", "constprop", "lto_priv", "llvm", "localalias", "specialized", "clone"];

    static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");

    /// <summary>The declaration up to its name and arguments.</summary>
    public static string Cut(string declaration)
    {
        var arrow = Declaration.IndexOf(declaration, " -> ", isWord: false);
        var rest = arrow > 0 && CutAll(declaration.AsSpan(0, arrow)).EndsWith(")")
            ? CutAll(declaration.AsSpan(0, arrow))
            : CutAll(declaration);
        return rest.Length == declaration.Length ? declaration : rest.ToString();
    }

    static ReadOnlySpan<char> CutAll(ReadOnlySpan<char> declaration)
    {
        var rest = declaration.TrimEnd();
        for (var length = -1; length != rest.Length;)
        {
            length = rest.Length;
            rest = CutQualifier(CutCloneMark(rest)).TrimEnd();
        }

        return rest;
    }

    static ReadOnlySpan<char> CutCloneMark(ReadOnlySpan<char> text)
    {
        if (text.EndsWith("]") && text.LastIndexOf(" [clone ") is > 0 and var clone)
            return text[..clone];

        if (text.EndsWith(")") && text.LastIndexOf(" (.") is > 0 and var mark)
            return text[..mark];

        var dot = text.LastIndexOf('.');
        if (dot > 0 && dot < text.Length - 1 && text[(dot + 1)..].IndexOfAnyExcept(Digits) < 0)
        {
            var numbered = text[..dot];
            var previous = numbered.LastIndexOf('.');
            return previous > 0 && IsCloneMark(numbered[(previous + 1)..]) ? numbered[..previous] : text;
        }

        return dot > 0 && IsCloneMark(text[(dot + 1)..]) ? text[..dot] : text;
    }

    static ReadOnlySpan<char> CutQualifier(ReadOnlySpan<char> text)
    {
        foreach (var qualifier in Qualifiers)
        {
            if (EndsWithQualifier(text, qualifier))
                return text[..^qualifier.Length];
        }

        if (text.EndsWith("&"))
        {
            var before = text.TrimEnd('&').TrimEnd();
            return before.EndsWith(")") || EndsWithQualifier(before, "const") || EndsWithQualifier(before, "volatile")
                ? before
                : text;
        }

        return text.EndsWith(")") ? CutConditionalQualifier(text) : text;
    }

    /// <summary><c>noexcept(…)</c> and <c>throw(…)</c>, which look like argument lists.</summary>
    static ReadOnlySpan<char> CutConditionalQualifier(ReadOnlySpan<char> text)
    {
        foreach (var word in (ReadOnlySpan<string>)[" noexcept(", " throw("])
        {
            if (text.LastIndexOf(word) is > 0 and var index && text[..index].Contains(')'))
                return text[..index];
        }

        return text;
    }

    static bool EndsWithQualifier(ReadOnlySpan<char> text, ReadOnlySpan<char> qualifier) =>
        text.Length > qualifier.Length && text.EndsWith(qualifier) && text[^(qualifier.Length + 1)] is ' ' or ')';

    static bool IsCloneMark(ReadOnlySpan<char> word)
    {
        foreach (var mark in CloneMarks)
        {
            if (word.SequenceEqual(mark))
                return true;
        }

        return false;
    }
}
