using System.CommandLine;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Regrouping;
using Socorro.Signatures;
using Socorro.Signatures.Lists;

namespace Socorro.Cli;

/// <summary>
/// Makes signatures from crash data on standard input or in files, or from stored crashes by id or query; needs no server and
/// stores nothing.
/// </summary>
static class SignatureVerb
{
    public static Command Create()
    {
        var crashes = new Argument<string[]>("CRASH")
        {
            Description =
                "Crash ids or report addresses of stored crashes; or files of crash data or processed crashes, one JSON object or "
                + "crash id a line [standard input]",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var query = new Option<string?>("--query")
        {
            Description = "Stored crashes by the parameters of a search, such as 'product=Demo&signature=~foo&date=>=2026-11-01'",
            HelpName = "QUERY",
        };
        var compatible = new Option<bool>("--compatible")
        {
            Description = "Make the signatures of Mozilla's Socorro, byte for byte, known faults included",
        };
        var lists = new Option<string?>("--lists")
        {
            Description = $"A folder of {string.Join(", ", Layer.FileNames)}, used alone, in place of the lists of the server",
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
        var verbose = new Option<bool>("--verbose", "-v") { Description = "Print how each signature came to be (text and json)" };
        var command = new Command("signature", "Make signatures from crash data or stored crashes, and compare them with the old ones")
        {
            crashes, query, compatible, lists, format, differentOnly, verbose,
        };
        var settings = new SettingOptions();
        settings.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var options = settings.Resolve(parsed).Options;
            var mode = parsed.GetValue(compatible) ? SignatureMode.Compatible : SignatureMode.Corrected;
            await using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 1 << 16);
            await using var stored = new StoredCrashes(options);
            var run = new SignatureRun(
                parsed.GetValue(lists) is { } folder ? Load(folder, mode) : Load(options, mode),
                new(output, parsed.GetValue(format)!, parsed.GetValue(differentOnly), parsed.GetValue(verbose)),
                stored);
            return await run.RunAsync(parsed.GetValue(crashes) ?? [], parsed.GetValue(query), cancel) ? 0 : 1;
        });
        return command;
    }

    static Func<string?, SignatureGenerator> Load(Options options, SignatureMode mode) =>
        App.LoadSignatureLists(options, NullLoggerFactory.Instance, mode).For;

    static Func<string?, SignatureGenerator> Load(string folder, SignatureMode mode)
    {
        try
        {
            var generator = new SignatureGenerator(SignatureLists.Load(folder), mode);
            return _ => generator;
        }
        catch (Exception e) when (e is SignatureListException or DirectoryNotFoundException)
        {
            throw new VerbFailedException(e.Message, 2, e);
        }
    }
}

/// <summary>One run of the verb.</summary>
/// <param name="generatorOf">The generator for a product.</param>
/// <param name="printer">Takes the results.</param>
/// <param name="stored">For crashes that are given by id or query.</param>
sealed class SignatureRun(Func<string?, SignatureGenerator> generatorOf, SignaturePrinter printer, StoredCrashes stored)
{
    bool _isAllWell = true;

    /// <summary>False when a crash was not found or could not be read; it was named on standard error.</summary>
    public async Task<bool> RunAsync(IReadOnlyList<string> crashes, string? query, CancellationToken cancel)
    {
        if (query is not null)
        {
            await foreach (var crash in stored.FindAsync(query, cancel))
                Print(crash, "");
        }

        foreach (var crash in crashes is [] && query is null ? ["-"] : crashes)
        {
            if (crash != "-" && !File.Exists(crash) && CrashReference.TryParse(crash, out _))
                await PrintStoredAsync(crash, "", cancel);
            else
                await PrintLinesAsync(crash, cancel);
        }

        return _isAllWell;
    }

    async Task PrintLinesAsync(string file, CancellationToken cancel)
    {
        await using var stream = Open(file);
        var place = file == "-" ? "" : $"{file}: ";
        await foreach (var (number, text) in JsonLines.ReadAsync(stream, printer.Flush, cancel))
        {
            var where = $"{place}line {number}: ";
            if (text.Span.TrimStart(" \t\r\n"u8) is [(byte)'{', ..])
                Print(text.Span, where);
            else
                await PrintStoredAsync(Encoding.UTF8.GetString(text.Span).Trim(), where, cancel);
        }
    }

    async Task PrintStoredAsync(string reference, string where, CancellationToken cancel)
    {
        if (!CrashReference.TryParse(reference, out var id))
            Complain(where, DescribeWrong(reference));
        else if (await stored.FindAsync(id, cancel) is { } crash)
            Print(crash, where);
        else
            Complain(where, $"crash {id} is not stored, or not processed yet");
    }

    void Print(StoredStack crash, string where)
    {
        if (crash.Damage is { } damage)
            Complain(where, $"crash {crash.Id} is {damage}");
        else
            Print(crash.Crash);
    }

    void Print(NamedCrash crash) =>
        printer.Print(crash.Id, crash.Signature, generatorOf(crash.Product).Generate(crash.Data, printer.IsVerbose));

    void Print(ReadOnlySpan<byte> json, string where)
    {
        try
        {
            Print(CrashDataReader.ReadNamed(json));
        }
        catch (JsonException e)
        {
            Complain(where, $"not JSON: {e.Message}");
        }
    }

    void Complain(string where, string complaint)
    {
        printer.Flush();
        Console.Error.WriteLine($"socorro: {where}{complaint}");
        _isAllWell = false;
    }

    static string DescribeWrong(string text)
    {
        try
        {
            using var _ = JsonDocument.Parse(text);
            return "not a JSON object";
        }
        catch (JsonException e)
        {
            return $"not JSON: {e.Message}";
        }
    }

    static Stream Open(string file)
    {
        if (Directory.Exists(file))
            throw new VerbFailedException($"{file} is a folder; name the files in it");
        if (file != "-" && !File.Exists(file))
            throw new VerbFailedException($"{file} is no file, and no crash id or report address either");

        try
        {
            return file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VerbFailedException(e.Message, cause: e);
        }
    }
}
