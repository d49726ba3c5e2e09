namespace Socorro.Signatures.Exceptions;

/// <summary>The signature of a Java exception given as a structure: its class and its innermost frame.</summary>
static class JavaExceptionSignature
{
    public static (string Text, IReadOnlyList<string> Notes) Of(JavaThrowable exception) => exception switch
    {
        { Type: null } => (
            "EMPTY: Java exception not in expected format",
            ["JavaExceptionSignatureTool: value not in expected format"]),
        { Frames: [var frame, ..] } => ($"{exception.Type}: at {Describe(frame)}", []),
        _ => (exception.Type, []),
    };

    public static string Describe(JavaFrame frame)
    {
        var name = (frame.Module, frame.Function) switch
        {
            ({ Length: > 0 } module, { Length: > 0 } function) => $"{module}.{function}",
            ({ Length: > 0 } module, _) => module,
            (_, { Length: > 0 } function) => function,
            _ => "",
        };
        var text = frame.FileName is { Length: > 0 } file ? $"{name}({file})" : name;
        return text.Length > 0 ? text : "unknown";
    }
}
