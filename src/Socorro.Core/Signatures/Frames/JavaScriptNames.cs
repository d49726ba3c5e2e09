using System.Text.RegularExpressions;

namespace Socorro.Signatures.Frames;

/// <summary>
/// JavaScript functions as V8 names compiled code (<c>LazyCompile:*load app.js:10</c>) and as engines print stacks
/// (<c>load (https://host/app.js:10:5)</c>, <c>load@https://host/app.js:10:5</c>): the function and its file's name.
/// </summary>
static partial class JavaScriptNames
{
    public static bool Fits(string function) => CompiledCode().IsMatch(function);

    public static string Shorten(string function)
    {
        var text = PythonText.Trim(function);
        if (CompiledCode().Match(text) is { Success: true } compiled)
            return Describe(compiled.Groups[1].Value, text[compiled.Length..]);

        if (text.StartsWith("at ", StringComparison.Ordinal))
            text = text[3..];

        if (text.StartsWith("async ", StringComparison.Ordinal))
            text = text[6..];

        if (text.EndsWith(')') && text.LastIndexOf(" (", StringComparison.Ordinal) is >= 0 and var open)
            return Describe(text[..open], text[(open + 2)..^1]);

        return text.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at
            ? Describe(text[..at], text[(at + 1)..])
            : text.Contains(':', StringComparison.Ordinal) && !text.Contains(' ', StringComparison.Ordinal)
                ? Describe("", text)
                : text;
    }

    static string Describe(string function, string place)
    {
        function = function.Trim();
        var path = Query().Replace(Position().Replace(place.Trim(), ""), "");
        var file = ContentHash().Replace(SourceFile.LastPart(path), ".");
        return (function.Length > 0 ? function : "<anonymous>") + (file.Length > 0 ? $" ({file})" : "");
    }

    [GeneratedRegex(@"^(?:LazyCompile|Function|JS|Eval|Script|Callback):[~*^+]?([\w$.<>]*) ?")]
    private static partial Regex CompiledCode();

    [GeneratedRegex(@"(?::\d+){1,2}$")]
    private static partial Regex Position();

    [GeneratedRegex("[?#].*$")]
    private static partial Regex Query();

    /// <summary>Bundlers put a hash of the content into the file's name.</summary>
    [GeneratedRegex(@"[.-](?=[0-9a-f]*\d)[0-9a-f]{8,}\.")]
    private static partial Regex ContentHash();
}
