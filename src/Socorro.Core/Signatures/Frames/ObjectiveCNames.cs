using System.Text.RegularExpressions;

namespace Socorro.Signatures.Frames;

/// <summary>Objective-C: methods are their own names; a block is named by the method around it, without its number.</summary>
static partial class ObjectiveCNames
{
    public static bool Fits(string function) =>
        function.StartsWith("-[", StringComparison.Ordinal)
        || function.StartsWith("+[", StringComparison.Ordinal)
        || function.Contains("_block_invoke", StringComparison.Ordinal);

    /// <summary><c>__42-[Foo bar:]_block_invoke_2</c> becomes <c>-[Foo bar:]_block_invoke</c>.</summary>
    public static string Shorten(string function)
    {
        var match = Block().Match(PythonText.Trim(function));
        return match.Success ? $"{match.Groups[1].ValueSpan}_block_invoke" : Trailer.Cut(PythonText.Trim(function));
    }

    [GeneratedRegex(@"^(?:__\d+)?(.*?)_block_invoke(?:[_.]\d+)*")]
    private static partial Regex Block();
}
