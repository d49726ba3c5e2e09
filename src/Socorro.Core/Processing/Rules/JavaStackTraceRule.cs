namespace Socorro.Processing.Rules;

/// <summary>
/// Takes the message out of a Java stack, which may hold anything that the program handled, and keeps the class and the calls.
/// </summary>
sealed class JavaStackTraceRule : Rule
{
    public override string Name => "JavaStackTrace";

    public override string About => "Keeps an uncaught Java exception as sent, and without its message for everyone.";

    public override IReadOnlyList<string> Outputs => ["java_stack_trace_raw", "java_stack_trace"];

    public override bool Applies(Draft crash) => crash.Sent("java_stack_trace_raw") is { Length: > 0 };

    public override void Act(Draft crash)
    {
        var text = crash.Sent("java_stack_trace_raw")!; // Applies has seen it.
        crash.Set("java_stack_trace_raw", text);
        if (Publish(text) is { } shown)
        {
            crash.Set("java_stack_trace", shown);
        }
        else
        {
            crash.Set("java_stack_trace", "malformed");
            crash.Note("JavaStackTrace: malformed JavaStackTrace");
        }
    }

    /// <summary>The class and its calls; null when a line is where none can be.</summary>
    static string? Publish(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n').SkipWhile(string.IsNullOrWhiteSpace).ToList();
        if (lines.Count == 0 || !IsClassName(lines[0].Split(':')[0].Trim()))
            return null;

        var calls = lines.Skip(1).SkipWhile(line => !IsCall(line)).TakeWhile(line => !IsCause(line))
            .Where(line => !string.IsNullOrWhiteSpace(line)).ToList();
        // A message of several lines ends at the first call; after that, whatever is not indented is no call, and what is
        // indented may still be a message.
        return calls.TrueForAll(line => char.IsWhiteSpace(line[0]))
            ? $"{lines[0].Split(':')[0].Trim()}\n{string.Join('\n', calls.Where(IsCall).Select(line => $"\t{line.Trim()}"))}"
            : null;
    }

    /// <summary>Else it may be anything, a message for one.</summary>
    static bool IsClassName(string text) =>
        text.Length > 0 && text.All(letter => char.IsLetterOrDigit(letter) || letter is '.' or '_' or '$');

    static bool IsCall(string line) =>
        line.Length > 0 && char.IsWhiteSpace(line[0]) && line.TrimStart().StartsWith("at ", StringComparison.Ordinal);

    static bool IsCause(string line) =>
        line.TrimStart() is var rest
        && (rest.StartsWith("Caused by:", StringComparison.Ordinal) || rest.StartsWith("Suppressed:", StringComparison.Ordinal));
}
