using System.Text.RegularExpressions;

namespace Socorro.Signatures.Frames;

/// <summary>
/// .NET names: type and method. What the compiler makes of async methods, iterators, lambdas and local functions gets the
/// name of the method that it was made from.
/// </summary>
static partial class DotNetNames
{
    public static bool Fits(string function) => Shape().IsMatch(function);

    public static string Shorten(string function)
    {
        var name = PythonText.Trim(function).Replace("::", ".", StringComparison.Ordinal);
        if (Assembly().Match(name) is { Success: true } assembly)
            name = name[assembly.Length..];

        name = ReturnType().Replace(name, "");
        name = Brackets.Replace(name, '[', ']', (_, start, _) => start == 0 ? "" : "<T>");
        name = TopLevel().Replace(name, "$1");
        name = InnerStateMachine().Replace(name, "$1");
        name = StateMachine().Replace(name, ".$1");
        name = LocalFunction().Replace(name, ".$1.$2");
        name = Lambda().Replace(name, ".$1.lambda");
        name = Arity().Replace(name, "<T>");
        name = Brackets.Replace(name, '<', '>', (_, _, _) => "<T>");
        name = Brackets.Replace(name, '(', ')', (_, _, _) => "");
        return Offset().Replace(name, "").Replace('+', '.').Trim();
    }

    [GeneratedRegex(
        @"^[\w.\-]+![\w.]+|>[dbg]__|c__DisplayClass|<Main>\$|`\d+(?:\[|\.|\+|::)|\[\[|\(System\.|^System\.\w+[. ]|^DynamicClass\.")]
    private static partial Regex Shape();

    [GeneratedRegex(@"^[\w.\-]+!")]
    private static partial Regex Assembly();

    [GeneratedRegex(@"^(?:static |instance |class |valuetype )*(?:[\w.`\[\]]+ )(?=[\w.+<>`|$]+\()")]
    private static partial Regex ReturnType();

    /// <summary>Statements outside of all methods: <c>&lt;Main>$</c>.</summary>
    [GeneratedRegex(@"<(Main)>\$")]
    private static partial Regex TopLevel();

    /// <summary>An async lambda or local function: <c>&lt;&lt;Method>b__1>d.MoveNext</c></summary>
    [GeneratedRegex(@"<(<[\w.]+>[bg]__[\w|]+)>d(?:__\d+)?(?:`\d+)?(?:<T>)?(?:\.MoveNext)?")]
    private static partial Regex InnerStateMachine();

    /// <summary><c>Type+&lt;Method>d__5.MoveNext</c></summary>
    [GeneratedRegex(@"[+.]<([\w.]+)>d__\d+(?:`\d+)?(?:<T>)?(?:\.MoveNext)?")]
    private static partial Regex StateMachine();

    /// <summary><c>Type.&lt;Method>g__Local|5_0</c></summary>
    [GeneratedRegex(@"(?:[+.]<>c(?:__DisplayClass\w+)?)*[+.]<([\w.]+)>g__(\w+)\|[\d_]+")]
    private static partial Regex LocalFunction();

    /// <summary><c>Type+&lt;>c__DisplayClass5_0.&lt;Method>b__1</c></summary>
    [GeneratedRegex(@"(?:[+.]<>c(?:__DisplayClass\w+)?)*[+.]<([\w.]+)>b__[\d_]+")]
    private static partial Regex Lambda();

    [GeneratedRegex(@"`\d+(?:<T>)?")]
    private static partial Regex Arity();

    [GeneratedRegex(@"\+0x[0-9a-fA-F]+$|(?<=\.lambda_method)\d+")]
    private static partial Regex Offset();
}
