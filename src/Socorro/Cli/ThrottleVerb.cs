using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Collecting;
using Socorro.Throttling;

namespace Socorro.Cli;

static class ThrottleVerb
{
    static readonly Option<string> Rules = new("--throttle")
    {
        Description = $"The rules: a JSON file, or {string.Join(", ", ThrottleFile.Presets)}",
        HelpName = "NAME|FILE",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("SOCORRO_THROTTLE") ?? new Options().Throttle,
    };

    static readonly Argument<string> Crash = new("CRASH")
    {
        Description = "A JSON file with the annotations of a crash as one object; - for standard input",
    };

    static readonly Argument<string> Preset = new("PRESET")
    {
        Description = $"One of {string.Join(", ", ThrottleFile.Presets)}",
    };

    public static Command Create()
    {
        var test = new Command("test", "Explain which rule decides about a crash, and why") { Crash, Rules };
        test.SetAction(TestAsync);
        var show = new Command("show", "Print the rules of a preset, to start a file of one's own from") { Preset };
        show.SetAction(parsed => Show(parsed.GetRequiredValue(Preset)));
        return new("throttle", "Try and show the rules by which submissions are kept") { test, show };
    }

    static async Task<int> TestAsync(ParseResult parsed, CancellationToken cancel)
    {
        var throttle = Open(parsed.GetRequiredValue(Rules));
        var annotations = await ReadAnnotationsAsync(parsed.GetRequiredValue(Crash), cancel);
        AnnotationNames.Default.AddMapped(annotations, QueryCollection.Empty);

        var explanation = ThrottleExplanation.Of(throttle, new(annotations, TimeProvider.System.GetUtcNow()));
        var width = explanation.Steps.Select(step => step.Rule.Name.Length).Append(0).Max();
        foreach (var (rule, decides, why) in explanation.Steps)
            Console.WriteLine($"{(decides ? '>' : ' ')} {rule.Name.PadRight(width)}  {why}");

        Console.WriteLine();
        foreach (var outcome in explanation.Outcomes)
        {
            var share = outcome.Share.ToString("0.##", CultureInfo.InvariantCulture);
            Console.WriteLine($"{share} % {outcome.Verdict.ToString().ToLowerInvariant()} by {outcome.Rule}");
        }

        return 0;
    }

    static int Show(string preset)
    {
        if (!ThrottleFile.Presets.Contains(preset))
            throw new VerbFailedException($"there is no preset '{preset}', only {string.Join(", ", ThrottleFile.Presets)}", exitCode: 2);

        using var output = Console.OpenStandardOutput();
        output.Write(ThrottleFile.ReadPreset(preset));
        return 0;
    }

    static Throttle Open(string presetOrFile)
    {
        try
        {
            return ThrottleFile.Open(presetOrFile, TimeProvider.System, NullLogger<ThrottleFile>.Instance).Current;
        }
        catch (FormatException e)
        {
            throw new VerbFailedException(e.Message, exitCode: 2, e);
        }
    }

    static async Task<Dictionary<string, string>> ReadAnnotationsAsync(string file, CancellationToken cancel)
    {
        try
        {
            await using var input = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            using var document = await JsonDocument.ParseAsync(input, cancellationToken: cancel);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new VerbFailedException($"{file} is not a JSON object of annotations", exitCode: 2);

            return document.RootElement.EnumerateObject().ToDictionary(
                member => member.Name,
                member => member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new VerbFailedException($"{file} can't be read: {e.Message}", exitCode: 2, e);
        }
    }
}
