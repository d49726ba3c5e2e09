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

    /// <summary>Adapters between calling conventions: the types that they adapt say nothing.</summary>
    static readonly string[] Thunks = ["reabstraction thunk", "thunk for "];

    public static bool Fits(string function) =>
        function.Contains("Swift.", StringComparison.Ordinal) || Shape().IsMatch(function);

    public static string Shorten(string function)
    {
        var text = WithoutMarkers(PythonText.Trim(function));
        if (Array.Find(Thunks, thunk => text.StartsWith(thunk, StringComparison.Ordinal)) is { } adapter)
            return adapter.Split(" for ")[0];

        if (Between(text, "protocol witness for ", " in conformance ") is { } requirement)
            text = WithoutMarkers(requirement);

        // closure #1 (Int) -> () in closure #2 in app.View.load() -> ()
        string? local = null;
        while (Local().Match(text) is { Success: true } found)
        {
            local ??= found.Groups[1].Value;
            var around = Declaration.IndexOf(text, " in ", isWord: false);
            if (around < 0)
                return local;

            text = text[(around + 4)..];
        }

        var name = NameOf(WithoutMarkers(text));
        return local is null ? name : $"{local} in {name}";
    }

    static string WithoutMarkers(string text)
    {
        text = Prefix().Replace(text, "");
        for (var i = 0; i < Markers.Length; i++)
        {
            if (!text.StartsWith(Markers[i], StringComparison.Ordinal))
                continue;

            // A specialisation says for which types: "generic specialization <Swift.Int> of "
            var isSpecialization = Markers[i].EndsWith("specialization", StringComparison.Ordinal);
            var of = isSpecialization ? Declaration.IndexOf(text, " of ", isWord: false) : -1;
            text = Prefix().Replace(of >= 0 ? text[(of + 4)..] : text[Markers[i].Length..].TrimStart(), "");
            i = -1;
        }

        return text;
    }

    static string NameOf(string text)
    {
        var end = text.Length;
        foreach (var type in (ReadOnlySpan<string>)[" -> ", " throws", " rethrows", " async", " : ", " and conformance "])
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

    /// <summary>Words of the demangler at the start, and what no other language writes of arguments and effects.</summary>
    [GeneratedRegex(
        @"^(?:\(\d+\) (?:await|suspend) |\(extension in |(?:implicit )?closure (?:#|in )|\w+ #\d+ .* in |@objc |@nonobjc |protocol witness "
        + @"|partial apply |reabstraction thunk|thunk for |dispatch thunk |outlined |key path |lazy protocol witness "
        + @"|specialized |merged |generic specialization|function signature spec|variable initialization |default argument )"
        + @"|\(\w+: |\) (?:async |throws |rethrows )+-> ")]
    private static partial Regex Shape();

    /// <summary>Functions inside of functions are counted, named ones as well.</summary>
    [GeneratedRegex(@"^(?:implicit )?(\$?\w+) #\d+(?= |$)")]
    private static partial Regex Local();

    /// <summary>The part of an async function that goes on after a wait, and the module that extends a type.</summary>
    [GeneratedRegex(@"^(?:\(\d+\) (?:await|suspend) resume partial function for |\(extension in [^()]*\):)+")]
    private static partial Regex Prefix();

    /// <summary>A private name carries the hash of its file: <c>(name in _0A1B2C)</c>.</summary>
    [GeneratedRegex(@"\((\w+) in _[0-9A-F]+\)")]
    private static partial Regex Private();
}
