using System.Text.RegularExpressions;

namespace Socorro.Signatures.Exceptions;

/// <summary>The signature of a Java stack trace given as text: the exception, what it says, and the innermost method.</summary>
static partial class JavaStackSignature
{
    const int MaxLength = 255;

    const string Tool = "JavaSignatureTool";

    public static (string Text, IReadOnlyList<string> Notes) Of(string trace, bool isCompatible, string delimiter = ": ")
    {
        string[] lines = [.. PythonText.SplitLines(trace).Select(PythonText.Trim)];
        if (lines.Length == 0 || (!isCompatible && lines.All(line => line.Length == 0)))
            return ("EMPTY: Java stack trace not in expected format", [$"{Tool}: stack trace not in expected format"]);

        var notes = new List<string>();
        var (type, description) = ReadFirstLine(lines[0], isCompatible, notes);
        var method = ReadMethod(lines, isCompatible, notes);

        // The colon before the method is there only after an address: a fault of long ago that is kept, because every
        // signature would change with it (bug 865142).
        var signature = description.EndsWith("<addr>", StringComparison.Ordinal)
            ? Join(delimiter, type, description, method)
            : Join(delimiter, type, Join(" ", description, method));

        if (PythonText.Length(signature) <= MaxLength)
            return (signature, notes);

        notes.Add($"{Tool}: dropped Java exception description due to length");
        return ($"{type}{delimiter}{method}", notes);
    }

    static (string Type, string Description) ReadFirstLine(string line, bool isCompatible, List<string> notes)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            if (isCompatible)
                notes.Add($"{Tool}: stack trace line 1 is not in the expected format");

            return (line, "");
        }

        var address = isCompatible ? EightDigits() : Address();
        return (PythonText.Trim(line[..colon]), PythonText.Trim(address.Replace(line[(colon + 1)..], "@<addr>")));
    }

    static string ReadMethod(string[] lines, bool isCompatible, List<string> notes)
    {
        // A message may have lines of its own, which Socorro takes for the method.
        var method = isCompatible
            ? lines.ElementAtOrDefault(1)
            : lines.Skip(1).FirstOrDefault(line => line.StartsWith("at ", StringComparison.Ordinal)) ?? lines.ElementAtOrDefault(1);

        if (string.IsNullOrEmpty(method))
            notes.Add($"{Tool}: stack trace line 2 is {(method is null ? "missing" : "empty")}");

        return isCompatible
            ? JavaLine().Replace(method ?? "", ".java)")
            : AnyLine().Replace(method ?? "", ")");
    }

    static string Join(string delimiter, params ReadOnlySpan<string> parts)
    {
        var joined = "";
        foreach (var part in parts)
        {
            if (part.Length > 0)
                joined = joined.Length > 0 ? joined + delimiter + part : part;
        }

        return joined;
    }

    [GeneratedRegex("@[0-9a-f]{8}")]
    private static partial Regex EightDigits();

    /// <summary>An identity hash: hex without leading zeros, as long as a word is.</summary>
    [GeneratedRegex("@[0-9a-f]{6,16}(?![0-9a-zA-Z])")]
    private static partial Regex Address();

    [GeneratedRegex(@"\.java:\d+\)$")]
    private static partial Regex JavaLine();

    /// <summary>Also Kotlin's and Scala's lines, and those of code without a source.</summary>
    [GeneratedRegex(@":\d+\)$")]
    private static partial Regex AnyLine();
}
