using System.Text.RegularExpressions;

namespace Socorro.Signatures.Frames;

/// <summary>
/// JavaScript functions as V8 names compiled code (<c>LazyCompile:*load app.js:10</c>) and as engines print stacks
/// (<c>load (https://host/app.js:10:5)</c>, <c>load@https://host/app.js:10:5</c>): the function and its file's name.
/// </summary>
static partial class JavaScriptNames
{
    public static bool Fits(string function) => CompiledCode().IsMatch(function);

    public static string Shorten(string function) => Describe(function, keepsPosition: false);

    /// <summary>The same with line and column.</summary>
    public static string WithoutPath(string function) => Describe(function, keepsPosition: true);

    static string Describe(string function, bool keepsPosition)
    {
        var text = PythonText.Trim(function);
        if (CompiledCode().Match(text) is { Success: true } compiled)
            return Describe(compiled.Groups[1].Value, text[compiled.Length..], keepsPosition);

        text = Beginning().Replace(text, "");
        if (text.EndsWith(')') && text.LastIndexOf(" (", StringComparison.Ordinal) is >= 0 and var open)
            return Describe(text[..open], text[(open + 2)..^1], keepsPosition);

        return text.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at
            ? Describe(text[..at], text[(at + 1)..], keepsPosition)
            : text.Contains(':', StringComparison.Ordinal) && !text.Contains(' ', StringComparison.Ordinal)
                ? Describe("", text, keepsPosition)
                : text;
    }

    static string Describe(string function, string place, bool keepsPosition)
    {
        function = function.Trim();
        place = place.Trim();
        var position = Position().Match(place).Value;
        var path = Query().Replace(place[..^position.Length], "");
        var file = ContentHash().Replace(SourceFile.LastPart(path), ".");
        return (function is "" or "(anonymous)" ? "<anonymous>" : function)
            + (file.Length > 0 ? $" ({file}{(keepsPosition ? position : "")})" : "");
    }

    [GeneratedRegex(@"^(?:LazyCompile|Function|JS|Eval|Script|Callback):[~*^+]?([\w$.<>]*) ?")]
    private static partial Regex CompiledCode();

    /// <summary>What engines write before the function.</summary>
    [GeneratedRegex(@"^(?:at |#\d{1,4} )?(?:async )?")]
    private static partial Regex Beginning();

    [GeneratedRegex(@"(?::\d+){1,2}$")]
    private static partial Regex Position();

    [GeneratedRegex("[?#].*$")]
    private static partial Regex Query();

    /// <summary>Bundlers put a hash of the content into the file's name.</summary>
    [GeneratedRegex(@"[.-](?=[0-9a-f]*\d)[0-9a-f]{8,}\.")]
    private static partial Regex ContentHash();
}
