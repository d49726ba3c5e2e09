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
        {
            // Names may have blanks (get x), places have none.
            var name = text[compiled.Length..];
            var blank = name.LastIndexOf(' ');
            return Describe(name[..Math.Max(0, blank)], name[(blank + 1)..], keepsPosition);
        }

        text = Beginning().Replace(text, "");
        if (text.EndsWith(')') && text.IndexOf(" (", StringComparison.Ordinal) is >= 0 and var open)
            return Describe(text[..open], text[(open + 2)..^1], keepsPosition);

        return text.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at
            ? Describe(text[..at], text[(at + 1)..], keepsPosition)
            : text.Contains(':', StringComparison.Ordinal) && !text.Contains(' ', StringComparison.Ordinal)
                ? Describe("", text, keepsPosition)
                : text;
    }

    /// <summary>Whether it is a function of the program; engines have others, which have no file or one of their own.</summary>
    public static bool HasFile(string function)
    {
        var text = PythonText.Trim(function).TrimEnd(')');
        return !text.EndsWith("<anonymous>", StringComparison.Ordinal)
            && !text.EndsWith("[native code]", StringComparison.Ordinal)
            && !Unplaced().IsMatch(text)
            && !text.Contains("node:", StringComparison.Ordinal);
    }

    static string Describe(string function, string place, bool keepsPosition)
    {
        function = Alias().Replace(function, "").Trim();
        place = place.Trim();
        if (place.StartsWith("eval at ", StringComparison.Ordinal))
            place = "eval";

        if (WebAssembly().Match(place) is { Success: true } code)
        {
            function = function.Length > 0 ? function : code.Groups[1].Value;
            place = place[..code.Index];
            if (place.StartsWith("wasm:", StringComparison.Ordinal))
                place = "";
        }

        var position = Position().Match(place).Value;
        var path = Query().Replace(place[..^position.Length], "");
        var file = ContentHash().Replace(SourceFile.LastPart(path), ".").Replace("address at ", "", StringComparison.Ordinal);
        if (file is "<anonymous>" or "native" or "[native code]" || Unplaced().IsMatch(file))
            file = "";

        return (function is "" or "(anonymous)" ? "<anonymous>" : function)
            + (file.Length > 0 ? $" ({file}{(keepsPosition ? position : "")})" : "");
    }

    [GeneratedRegex("^(?:LazyCompile|Function|JS|Eval|Script|Callback):[~*^+]?(?:async )?")]
    private static partial Regex CompiledCode();

    /// <summary>What engines write before the function.</summary>
    [GeneratedRegex(@"^(?:at |#\d{1,4} )?(?:async )?")]
    private static partial Regex Beginning();

    /// <summary>The name by which a method was called, when that is not its own.</summary>
    [GeneratedRegex(@" \[as [^\[\]]*\]$")]
    private static partial Regex Alias();

    [GeneratedRegex(@"(?::\d+){1,2}$")]
    private static partial Regex Position();

    /// <summary><c>app.wasm:wasm-function[12]:0x34</c></summary>
    [GeneratedRegex(@":(wasm-function\[\d+\])(?::0x[0-9a-f]+)?$")]
    private static partial Regex WebAssembly();

    /// <summary>Elements of <c>Promise.all</c>.</summary>
    [GeneratedRegex(@"(?:^|\()index \d+$")]
    private static partial Regex Unplaced();

    [GeneratedRegex("[?#].*$")]
    private static partial Regex Query();

    /// <summary>Bundlers put a hash of the content into the file's name.</summary>
    [GeneratedRegex(@"[.-](?=[0-9a-f]*\d)[0-9a-f]{8,}\.")]
    private static partial Regex ContentHash();
}
