using System.Text.RegularExpressions;

namespace Socorro.Signatures.Frames;

/// <summary>
/// Function names spelled as Socorro spells them, step by step and with all consequences. A name is made in two parts, because
/// the list of functions with line numbers is asked between them.
/// </summary>
static partial class CompatibleNames
{
    static readonly string[] Qualifiers = ["const", "const&", "const &", "&&", "&"];

    public static string Shorten(string function, FrameLanguage language) =>
        language == FrameLanguage.Rust ? ShortenRust(function) : ShortenCpp(function);

    /// <summary>Only Rust's hash is looked for after the line was appended, and then not found.</summary>
    public static string Finish(string name, FrameLanguage language)
    {
        if (name.AsSpan().IndexOfAny(' ', ',') >= 0)
            name = BareComma().Replace(BlankBefore().Replace(name, ""), ", ");

        return language == FrameLanguage.Rust && name.Contains("::h", StringComparison.Ordinal)
            ? Hash().Replace(name, "")
            : name;
    }

    static string ShortenCpp(string function)
    {
        foreach (var qualifier in Qualifiers)
        {
            if (function.EndsWith(qualifier, StringComparison.Ordinal))
                function = PythonText.Trim(function[..^qualifier.Length]);
        }

        if (!function.Contains("::operator", StringComparison.Ordinal))
            function = LastWord(function);

        function = function.Replace("`anonymous namespace'", "(anonymous namespace)", StringComparison.Ordinal);
        if (function.Contains("::$_", StringComparison.Ordinal))
            function = LambdaNumber().Replace(function, "::$::");

        function = Brackets.CollapseArguments(Brackets.CollapseTypes(function));
        return function.Contains("clone .cold", StringComparison.Ordinal)
            ? Brackets.Replace(function, '[', ']', (_, _, _) => "")
            : function;
    }

    static string ShortenRust(string function)
    {
        function = Brackets.Replace(LastWord(function), '<', '>', (text, start, end) =>
            text.AsSpan(start, end - start).Contains(" as ", default) ? text[start..end] : "<T>");
        return Brackets.Replace(function, '(', ')', (_, _, _) => "");
    }

    /// <summary>Socorro stumbles over a name that is only a qualifier, and then over its own handling of that.</summary>
    static string LastWord(string function) =>
        Declaration.LastWord(function) ?? throw new InvalidOperationException("'Result' object has no attribute 'note'");

    [GeneratedRegex(@"::\$_\d+::")]
    private static partial Regex LambdaNumber();

    [GeneratedRegex(" (?=[*&,])")]
    private static partial Regex BlankBefore();

    [GeneratedRegex(",(?! )")]
    private static partial Regex BareComma();

    [GeneratedRegex("::h[0-9a-fA-F]+$")]
    private static partial Regex Hash();
}
