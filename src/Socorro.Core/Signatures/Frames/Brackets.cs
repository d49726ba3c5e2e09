using System.Text;

namespace Socorro.Signatures.Frames;

/// <summary>The bracketed parts of a function's name: where they are, and the name without them.</summary>
static class Brackets
{
    /// <summary>Deeper template arguments than this are not kept apart; no compiler makes them.</summary>
    const int MaxDepth = 32;

    /// <summary>
    /// Finds the next outermost bracketed part. A close without an open is ordinary text; an open without a close runs to the
    /// end.
    /// </summary>
    public static bool TryFindEnclosed(ReadOnlySpan<char> text, int from, char open, char close, out int start, out int end)
    {
        start = end = text.Length;
        var first = text[from..].IndexOf(open);
        if (first < 0)
            return false;

        start = from + first;
        var level = 0;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == open)
            {
                level++;
            }
            else if (text[i] == close && --level == 0)
            {
                end = i + 1;
                return true;
            }
        }

        return true;
    }

    /// <summary>Replaces each outermost bracketed part by what the caller makes of it.</summary>
    public static string Replace(string text, char open, char close, Func<string, int, int, string> replacement)
    {
        if (!text.Contains(open))
            return text;

        var result = new StringBuilder(text.Length);
        var done = 0;
        while (TryFindEnclosed(text, done, open, close, out var start, out var end))
        {
            result.Append(text, done, start - done).Append(replacement(text, start, end));
            done = end;
        }

        return result.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>Template arguments become <c>&lt;T&gt;</c>, except where they are part of the name.</summary>
    /// <param name="name">The name, with or without arguments.</param>
    /// <param name="mode">Corrected takes exceptions for whole words only, and leaves a lambda its name.</param>
    public static string CollapseTypes(string name, SignatureMode mode = SignatureMode.Compatible) =>
        CollapseTypes(name, mode, 0);

    /// <summary>Argument lists vanish; an anonymous namespace and the call operator stay.</summary>
    public static string CollapseArguments(string name) => Replace(name, '(', ')', (text, start, end) =>
        text.AsSpan(start, end - start) is "(anonymous namespace)" || text.AsSpan(0, start).EndsWith("operator")
            ? text[start..end]
            : "");

    static string CollapseTypes(string name, SignatureMode mode, int depth) => Replace(name, '<', '>', (text, start, end) =>
    {
        var inside = text.AsSpan(start, end - start);
        if (inside is "<name omitted>" || inside.Contains(" as ", default) || inside.Contains(" in ", default)
            || Follows("operator", text, start, mode)
            || (mode == SignatureMode.Corrected && inside is "<lambda>"))
        {
            return inside.ToString();
        }

        // An unclosed bracket loses its last character here, as it does in Socorro.
        return depth < MaxDepth && Follows("IPC::ParamTraits", text, start, mode)
            ? $"<{CollapseTypes(inside[1..Math.Max(1, inside.Length - 1)].ToString(), mode, depth + 1)}>"
            : "<T>";
    });

    static bool Follows(string word, string text, int index, SignatureMode mode)
    {
        var before = text.AsSpan(0, index);
        return before.EndsWith(word)
            && (mode == SignatureMode.Compatible
                || before.Length == word.Length
                || !Declaration.IsWordCharacter(before[^(word.Length + 1)]));
    }
}
