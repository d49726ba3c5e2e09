using System.Text.RegularExpressions;

namespace Socorro.Signatures.Frames;

/// <summary>Objective-C: methods are their own names; a block is named by the method around it, without its number.</summary>
static partial class ObjectiveCNames
{
    /// <summary>How a block is called after demangling.</summary>
    const string BlockIn = "invocation function for block in ";

    public static bool Fits(string function) =>
        function.StartsWith("-[", StringComparison.Ordinal)
        || function.StartsWith("+[", StringComparison.Ordinal)
        || function.StartsWith(BlockIn, StringComparison.Ordinal)
        || function.Contains("_block_invoke", StringComparison.Ordinal);

    /// <summary><c>__42-[Foo bar:]_block_invoke_2</c> becomes <c>-[Foo bar:]_block_invoke</c>.</summary>
    public static string Shorten(string function)
    {
        var name = PythonText.Trim(function);
        if (name.StartsWith(BlockIn, StringComparison.Ordinal))
        {
            var around = name[BlockIn.Length..];
            return $"{(Fits(around) ? Trailer.Cut(around) : CppNames.Shorten(around))}_block_invoke";
        }

        var match = Block().Match(name);
        return match.Success ? $"{match.Groups[1].ValueSpan}_block_invoke" : Trailer.Cut(name);
    }

    [GeneratedRegex(@"^(?:__\d+)?(.*?)_block_invoke(?:[_.]\d+)*")]
    private static partial Regex Block();
}
