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
        var name = PythonText.Trim(function);
        if (Assembly().Match(name) is { Success: true } assembly)
            name = name[assembly.Length..];

        name = ReturnType().Replace(name, "");
        name = StateMachine().Replace(name, ".$1");
        name = LocalFunction().Replace(name, ".$1.$2");
        name = Lambda().Replace(name, ".$1.lambda");
        name = Brackets.Replace(name, '[', ']', (_, start, _) => start == 0 ? "" : "<T>");
        name = Arity().Replace(name, "<T>");
        name = Brackets.Replace(name, '<', '>', (_, _, _) => "<T>");
        name = Brackets.Replace(name, '(', ')', (_, _, _) => "");
        return Offset().Replace(name, "").Replace('+', '.').Trim();
    }

    [GeneratedRegex(@"\.(?:dll|exe)!|>[dbg]__|c__DisplayClass|`\d+(?:\[|\.|\+)|\[\[|\(System\.|^System\.\w+\.")]
    private static partial Regex Shape();

    [GeneratedRegex(@"^[\w.\-]+!")]
    private static partial Regex Assembly();

    [GeneratedRegex(@"^(?:static |instance |class |valuetype )*(?:[\w.`\[\]]+ )(?=[\w.+<>`]+\()")]
    private static partial Regex ReturnType();

    /// <summary><c>Type+&lt;Method&gt;d__5.MoveNext</c></summary>
    [GeneratedRegex(@"[+.]<(\w+)>d__\d+(?:`\d+)?(?:\.MoveNext)?")]
    private static partial Regex StateMachine();

    /// <summary><c>Type.&lt;Method&gt;g__Local|5_0</c></summary>
    [GeneratedRegex(@"(?:[+.]<>c(?:__DisplayClass\w+)?)?[+.]<(\w+)>g__(\w+)\|[\d_]+")]
    private static partial Regex LocalFunction();

    /// <summary><c>Type+&lt;&gt;c__DisplayClass5_0.&lt;Method&gt;b__1</c></summary>
    [GeneratedRegex(@"(?:[+.]<>c(?:__DisplayClass\w+)?)?[+.]<(\w+)>b__[\d_]+")]
    private static partial Regex Lambda();

    [GeneratedRegex(@"`\d+(?:<T>)?")]
    private static partial Regex Arity();

    [GeneratedRegex(@"\+0x[0-9a-fA-F]+$")]
    private static partial Regex Offset();
}
