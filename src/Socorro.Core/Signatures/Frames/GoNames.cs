using System.Text.RegularExpressions;

namespace Socorro.Signatures.Frames;

/// <summary>Go names: package, receiver and function; type arguments and counted closures are left out.</summary>
static partial class GoNames
{
    public static bool Fits(string function) =>
        !function.Contains("::", StringComparison.Ordinal) && Shape().IsMatch(function);

    public static string Shorten(string function)
    {
        var name = PythonText.Trim(function).Replace("%2e", ".", StringComparison.Ordinal);
        name = Brackets.Replace(name, '[', ']', (_, _, _) => "[T]");
        name = Brackets.Replace(name, '(', ')', (text, start, end) =>
            start > 0 && text[start - 1] == '.' ? text[start..end] : "");
        return Closures().Replace(name, ".func").TrimEnd();
    }

    /// <summary>A receiver in parentheses, a path of packages, or the runtime.</summary>
    [GeneratedRegex(@"\.\(\*?\w+|^[\w.\-]+/[\w.\-/%]+\.[\w(]|^runtime\.\w|^main\.\w+(?:\.func\d|$)")]
    private static partial Regex Shape();

    /// <summary>Functions inside of functions, and the wrappers that <c>go</c>, <c>defer</c> and method values get.</summary>
    [GeneratedRegex(@"(?:\.(?:func|gowrap|deferwrap)\d+(?:\.\d+)*|-fm)+$")]
    private static partial Regex Closures();
}
