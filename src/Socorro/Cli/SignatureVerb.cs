using System.CommandLine;
using System.Text.Json;
using Socorro.Signatures;
using Socorro.Signatures.Lists;

namespace Socorro.Cli;

/// <summary>Makes signatures from crash data on standard input or in files, with no server.</summary>
static class SignatureVerb
{
    static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = 1024 };

    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Files of crash data or processed crashes, one JSON object a line [standard input]",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var compatible = new Option<bool>("--compatible")
        {
            Description = "Make the signatures of Mozilla's Socorro, byte for byte, known faults included",
        };
        var lists = new Option<string?>("--lists")
        {
            Description = $"A folder of {string.Join(", ", Layer.FileNames)}, used in place of the built-in lists",
            HelpName = "DIR",
        };
        var format = new Option<string>("--format")
        {
            Description = "How to print",
            DefaultValueFactory = _ => SignaturePrinter.Formats[0],
        };
        format.AcceptOnlyFromAmong([.. SignaturePrinter.Formats]);
        var differentOnly = new Option<bool>("--different-only")
        {
            Description = "Leave out crashes whose signature stays as it was (\"signature\" in the JSON)",
        };
        var command = new Command("signature", "Make signatures from crash data, one JSON object a line")
        {
            files, compatible, lists, format, differentOnly,
        };
        command.SetAction((parsed, cancel) => RunAsync(
            parsed.GetValue(files) ?? [],
            new(Load(parsed.GetValue(lists)), parsed.GetValue(compatible) ? SignatureMode.Compatible : SignatureMode.Corrected),
            new(Console.Out, parsed.GetValue(format)!, parsed.GetValue(differentOnly)),
            cancel));
        return command;
    }

    static SignatureLists Load(string? folder)
    {
        try
        {
            return folder is null ? SignatureLists.BuiltIn : SignatureLists.Load(folder);
        }
        catch (Exception e) when (e is SignatureListException or DirectoryNotFoundException)
        {
            throw new VerbFailedException(e.Message, 2, e);
        }
    }

    static async Task<int> RunAsync(
        string[] files, SignatureGenerator generator, SignaturePrinter printer, CancellationToken cancel)
    {
        var bad = 0;
        foreach (var file in files.Length > 0 ? files : ["-"])
        {
            using var reader = Open(file);
            var place = file == "-" ? "" : $"{file}: ";
            for (var line = 1; await reader.ReadLineAsync(cancel) is { } text; line++)
            {
                if (string.IsNullOrWhiteSpace(text) || TryPrint(text, generator, printer) is not { } complaint)
                    continue;

                await Console.Error.WriteLineAsync($"socorro: {place}line {line}: {complaint}");
                bad++;
            }
        }

        return bad == 0 ? 0 : 1;
    }

    static StreamReader Open(string file)
    {
        try
        {
            return file == "-" ? new(Console.OpenStandardInput()) : new(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VerbFailedException(e.Message, cause: e);
        }
    }

    /// <summary>Null when it was done; else what is wrong with the line.</summary>
    static string? TryPrint(string line, SignatureGenerator generator, SignaturePrinter printer)
    {
        try
        {
            using var json = JsonDocument.Parse(line, JsonOptions);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return "not a JSON object";

            printer.Print(json.RootElement, generator.Generate(CrashDataReader.Read(json.RootElement)));
            return null;
        }
        catch (JsonException e)
        {
            return $"not JSON: {e.Message}";
        }
    }
}
