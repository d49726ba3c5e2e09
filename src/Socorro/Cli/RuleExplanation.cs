using System.Globalization;
using System.Text.Json;
using Socorro.Processing;

namespace Socorro.Cli;

/// <summary>What each rule used and wrote at one crash, for people.</summary>
static class RuleExplanation
{
    const int MaxValue = 100;

    public static void Write(ProcessingResult result, TextWriter output)
    {
        var document = JsonElement.Parse(result.Crash.Json.Span);
        foreach (var run in result.Rules)
        {
            var outcome = run.Failure is { } failure ? $"failed: {failure}" : run.Applied ? Took(run.Elapsed) : "nothing to do";
            output.WriteLine($"{run.Rule}  ({outcome})");
            if (run.Used.Count > 0)
                output.WriteLine($"    used {string.Join(", ", run.Used)}");
            foreach (var field in run.Written.Distinct())
                output.WriteLine($"    {field} = {Show(document, field)}");
        }

        output.WriteLine();
        output.WriteLine(document.GetProperty("processor_notes").GetString());
    }

    static string Took(TimeSpan elapsed) =>
        string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalMilliseconds:F1} ms");

    /// <summary>The value in the end: a later rule may have written it again.</summary>
    static string Show(JsonElement document, string field)
    {
        var text = document.TryGetProperty(field, out var value) ? value.GetRawText() : "";
        return text.Length <= MaxValue ? text : $"{text[..MaxValue]}… ({text.Length} characters)";
    }
}
