using System.Text.RegularExpressions;

namespace Socorro.Signatures.Frames;

/// <summary>Go names: package, receiver and function; type arguments, counters and marks of the linker are left out.</summary>
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
        name = Body().Replace(name, "");
        name = Closures().Replace(name, ".func");
        return Initializer().Replace(name, ".init").TrimEnd();
    }

    /// <summary>A receiver in parentheses, a path of packages, what generics and closures are called, or the runtime.</summary>
    [GeneratedRegex(
        @"\.\(\*?\w+|^[\w.\-]+/[\w.\-/%]+\.[\w(]|^runtime\.\w|^main\.\w+(?:\.func\d|$)"
        + @"|\.\w+\[(?:\.\.\.|go\.shape\.)|^\w[\w.]*\.(?:func|gowrap|deferwrap)\d+(?:\.|$)|^\w+\.[\w.]+(?:-fm|-range\d+)$")]
    private static partial Regex Shape();

    /// <summary>The body of a loop over a function, and which convention of calls it has.</summary>
    [GeneratedRegex(@"-range\d+|\.abi(?:0|internal)$")]
    private static partial Regex Body();

    /// <summary>Functions inside of functions, and the wrappers that <c>go</c>, <c>defer</c> and method values get.</summary>
    [GeneratedRegex(@"(?:\.(?:func|gowrap|deferwrap)\d+(?:\.\d+)*|·[df]?wrap·\d+|-fm)+(?=\.|$)")]
    private static partial Regex Closures();

    /// <summary>A package may have many functions init, which are counted.</summary>
    [GeneratedRegex(@"\.init\.\d+(?=\.|$)")]
    private static partial Regex Initializer();
}
