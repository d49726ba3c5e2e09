using System.Text.RegularExpressions;
using Socorro.Signatures.Frames;

namespace Socorro.Signatures.Exceptions;

/// <summary>The signature of a JavaScript stack as engines print it: the error's class and its innermost function that is the program's.</summary>
static partial class JavaScriptStackSignature
{
    const string Unnamed = "JavaScript error";

    const int MaxFrames = 200;

    public static (string Text, IReadOnlyList<string> Notes) Of(string trace)
    {
        var (type, frames) = Read(trace);
        var frame = Array.Find(frames, JavaScriptNames.HasFile) ?? frames.FirstOrDefault();
        return (frame is null ? type : $"{type}: at {JavaScriptNames.Shorten(frame)}", []);
    }

    /// <summary>
    /// The stack without what may be private: the error's message, and the addresses of pages, of which the file's name stays.
    /// Its signature is that of the whole.
    /// </summary>
    public static string Publish(string trace)
    {
        var (type, frames) = Read(trace);
        return string.Join('\n', frames.Select(frame => $"\tat {JavaScriptNames.WithoutPath(frame)}").Prepend(type));
    }

    static (string Type, string[] Frames) Read(string trace)
    {
        string[] lines = [.. PythonText.SplitLines(trace).Select(line => PythonText.Trim(line.TrimEnd(' ', '{'))).Where(line => line.Length > 0)];
        var type = lines is [var first, ..] && !IsFrame(first) && ErrorClass().Match(first) is { Success: true } match
            ? match.Groups[1].Value
            : Unnamed;
        return (type, [.. lines.Where(IsFrame).Take(MaxFrames)]);
    }

    /// <summary>
    /// V8 writes <c>at load (app.js:10:5)</c> for errors and <c>#0 load (app.js:10:5)</c> when memory runs out, other engines
    /// <c>load@app.js:10:5</c>.
    /// </summary>
    static bool IsFrame(string line) =>
        line.StartsWith("at ", StringComparison.Ordinal)
        || Numbered().IsMatch(line)
        || (line.Contains('@', StringComparison.Ordinal) && char.IsAsciiDigit(line[^1]) && !line.Contains(' ', StringComparison.Ordinal));

    /// <summary>What stands before the message is the class only when it looks like one.</summary>
    [GeneratedRegex(@"^(?:Uncaught )?(?:\(in promise\) )?([A-Za-z_$][\w$.]{0,99}(?: \[\w{1,99}\])?)(?::|$)")]
    private static partial Regex ErrorClass();

    [GeneratedRegex(@"^#\d{1,4} ")]
    private static partial Regex Numbered();
}
