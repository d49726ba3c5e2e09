using Socorro.Signatures.Frames;

namespace Socorro.Signatures.Exceptions;

/// <summary>The signature of a JavaScript stack as engines print it: the error's class and its innermost function.</summary>
static class JavaScriptStackSignature
{
    public static (string Text, IReadOnlyList<string> Notes) Of(string trace)
    {
        string[] lines = [.. PythonText.SplitLines(trace).Select(PythonText.Trim).Where(line => line.Length > 0)];
        var frame = Array.Find(lines, IsFrame);
        var type = lines is [var first, ..] && !IsFrame(first) ? first.Split(':', ' ')[0] : "JavaScript error";
        return (frame is null ? type : $"{type}: at {JavaScriptNames.Shorten(frame)}", []);
    }

    /// <summary>V8 writes <c>at load (app.js:10:5)</c>, other engines <c>load@app.js:10:5</c>.</summary>
    static bool IsFrame(string line) =>
        line.StartsWith("at ", StringComparison.Ordinal)
        || (line.Contains('@', StringComparison.Ordinal) && char.IsAsciiDigit(line[^1]) && !line.Contains(' ', StringComparison.Ordinal));
}
