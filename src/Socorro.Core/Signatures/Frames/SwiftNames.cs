using System.Text.RegularExpressions;

namespace Socorro.Signatures.Frames;

/// <summary>Swift names as its demangler prints them: the qualified name without types, specialisations and numbers.</summary>
static partial class SwiftNames
{
    /// <summary>What the compiler made of a function, said before it.</summary>
    static readonly string[] Markers =
    [
        "generic specialization", "generic not re-abstracted specialization", "function signature specialization",
        "partial apply forwarder for ", "partial apply for ", "dispatch thunk of ", "merged ", "specialized ", "@objc ",
        "@nonobjc ", "static ", "implicit ", "method lookup function for ", "async function pointer to ",
    ];

    public static bool Fits(string function) =>
        function.Contains("Swift.", StringComparison.Ordinal)
        || function.StartsWith("closure #", StringComparison.Ordinal)
        || function.StartsWith("@objc ", StringComparison.Ordinal)
        || function.StartsWith("protocol witness for ", StringComparison.Ordinal)
        || function.StartsWith("partial apply ", StringComparison.Ordinal);

    public static string Shorten(string function)
    {
        var text = WithoutMarkers(PythonText.Trim(function));
        if (Between(text, "protocol witness for ", " in conformance ") is { } requirement)
            text = WithoutMarkers(requirement);

        // closure #1 (Int) -> () in closure #2 in app.View.load() -> ()
        var isClosure = false;
        while (Closure().Match(text) is { Success: true } closure)
        {
            var around = Declaration.IndexOf(text, " in ", isWord: false);
            if (around < 0)
                return closure.Groups[1].Value;

            isClosure = true;
            text = text[(around + 4)..];
        }

        var name = NameOf(text);
        return isClosure ? $"closure in {name}" : name;
    }

    static string WithoutMarkers(string text)
    {
        for (var i = 0; i < Markers.Length; i++)
        {
            if (!text.StartsWith(Markers[i], StringComparison.Ordinal))
                continue;

            // A specialisation says for which types: "generic specialization <Swift.Int> of "
            var isSpecialization = Markers[i].EndsWith("specialization", StringComparison.Ordinal);
            var of = isSpecialization ? Declaration.IndexOf(text, " of ", isWord: false) : -1;
            text = of >= 0 ? text[(of + 4)..] : text[Markers[i].Length..].TrimStart();
            i = -1;
        }

        return text;
    }

    static string NameOf(string text)
    {
        var end = text.Length;
        foreach (var type in (ReadOnlySpan<string>)[" -> ", " throws", " async", " : "])
        {
            if (Declaration.IndexOf(text, type, isWord: false) is >= 0 and var index)
                end = Math.Min(end, index);
        }

        var name = Private().Replace(text[..end], "$1");
        name = Brackets.Replace(name, '<', '>', (_, _, _) => "<T>");
        return Brackets.Replace(name, '(', ')', (all, start, stop) => start == 0 ? all[start..stop] : "").Trim();
    }

    static string? Between(string text, string before, string after)
    {
        if (!text.StartsWith(before, StringComparison.Ordinal))
            return null;

        var end = text.IndexOf(after, StringComparison.Ordinal);
        return end < 0 ? text[before.Length..] : text[before.Length..end];
    }

    [GeneratedRegex(@"^(?:implicit )?(closure|defer|\$defer) #\d+")]
    private static partial Regex Closure();

    /// <summary>A private name carries the hash of its file: <c>(name in _0A1B2C)</c>.</summary>
    [GeneratedRegex(@"\((\w+) in _[0-9A-F]+\)")]
    private static partial Regex Private();
}
