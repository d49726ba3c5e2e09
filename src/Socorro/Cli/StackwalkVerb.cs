using System.CommandLine;
using Socorro.Minidumps;
using Socorro.Minidumps.Output;
using Socorro.Minidumps.Symbols;

namespace Socorro.Cli;

static class StackwalkVerb
{
    static readonly Argument<string[]> Dumps = new("DUMP")
    {
        Description = "Minidumps to explain",
        Arity = ArgumentArity.OneOrMore,
    };

    static readonly Option<bool> Human = new("--human") { Description = "Write text for people (the default)" };

    static readonly Option<bool> Json = new("--json")
    {
        Description = "Write the JSON of minidump-stackwalk; of several dumps, each on a line of its own",
    };

    static readonly Option<bool> Pretty = new("--pretty") { Description = "With --json: break lines and indent" };

    static readonly Option<bool> Brief = new("--brief")
    {
        Description = "With --human: only the summary and the crashing thread",
    };

    static readonly Option<string[]> Symbols = new("--symbols-path", "--symbols")
    {
        Description = "A folder of Breakpad symbol files, or one such file; may be given several times",
        HelpName = "PATH",
    };

    static readonly Option<string> OutputFile = new("--output-file")
    {
        Description = "Write the report there instead of to standard output",
        HelpName = "FILE",
    };

    public static Command Create()
    {
        var command = new Command("stackwalk", "Explain minidumps: why the process crashed, and the stacks of its threads")
        {
            Dumps,
            Human,
            Json,
            Pretty,
            Brief,
            Symbols,
            OutputFile,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        RefuseContradictions(parsed);
        var symbols = OpenSymbols(parsed.GetValue(Symbols) ?? []);
        var dumps = parsed.GetRequiredValue(Dumps);
        using var output = OpenOutput(parsed.GetValue(OutputFile));
        var failures = 0;
        foreach (var dump in dumps)
        {
            if (Explain(dump, symbols) is not { } state)
                failures++;
            else if (parsed.GetValue(Json))
                WriteJson(output, state, parsed.GetValue(Pretty));
            else
                WriteText(output, state, parsed, dumps.Length > 1 ? dump : null);
        }

        return failures == 0 ? 0 : 1;
    }

    static void RefuseContradictions(ParseResult parsed)
    {
        (Option<bool> A, Option<bool> B)[] contradictions = [(Human, Json), (Pretty, Human), (Brief, Json)];
        foreach (var (a, b) in contradictions)
        {
            if (parsed.GetValue(a) && parsed.GetValue(b))
                throw new VerbFailedException($"{a.Name} and {b.Name} do not go together", exitCode: 2);
        }
    }

    static SymbolStore OpenSymbols(string[] paths)
    {
        foreach (var path in paths)
        {
            if (!Directory.Exists(path) && !File.Exists(path))
                throw new VerbFailedException($"--symbols-path {path} is neither a folder nor a file", exitCode: 2);
        }

        return new(paths);
    }

    static Stream OpenOutput(string? file)
    {
        if (file is null)
            return Console.OpenStandardOutput();

        try
        {
            return File.Create(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VerbFailedException($"can't write {file}: {e.Message}", cause: e);
        }
    }

    // The lines have the form and the words of minidump-stackwalk's log, which tools read.
    static ProcessState? Explain(string file, SymbolStore symbols)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var error = e is FileNotFoundException or DirectoryNotFoundException ? "FileNotFound" : "IoError";
            Console.Error.WriteLine($"ERROR {error} - {file}: {e.Message}");
            return null;
        }

        if (Minidump.TryOpen(bytes, Limits.Default, out var dump, out var refusal))
            return StackWalker.Walk(dump, symbols, WalkOptions.Default);

        Console.Error.WriteLine($"ERROR {refusal.Error} - {file}: {refusal.Message}");
        return null;
    }

    static void WriteJson(Stream output, ProcessState state, bool pretty)
    {
        output.Write(JsonReport.ToUtf8(state, pretty).Span);
        output.WriteByte((byte)'\n');
    }

    static void WriteText(Stream output, ProcessState state, ParseResult parsed, string? title)
    {
        using var text = new StreamWriter(output, leaveOpen: true);
        if (title is not null)
            text.Write($"── {title}\n\n");

        var isTerminal = parsed.GetValue(OutputFile) is null && !Console.IsOutputRedirected;
        HumanReport.Write(
            state,
            text,
            new()
            {
                IsBrief = parsed.GetValue(Brief),
                IsColored = isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
            });
        if (title is not null)
            text.Write('\n');
    }
}
