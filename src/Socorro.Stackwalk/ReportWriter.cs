using Socorro.Minidumps;
using Socorro.Minidumps.Output;
using Socorro.Minidumps.Output.Raw;

namespace Socorro.Stackwalk;

/// <summary>Writes the reports to where the arguments want them.</summary>
/// <exception cref="UsageException">A file can't be written.</exception>
sealed class ReportWriter(StackwalkArguments arguments, StackwalkConsole console) : IDisposable
{
    readonly FileStream? _outputFile = OutputFiles.Create(arguments.Find(Flags.OutputFile));
    readonly FileStream? _cyborgFile = OutputFiles.Create(arguments.Find(Flags.Cyborg));

    readonly JsonOptions _json = new()
    {
        IsPretty = arguments.Has(Flags.Pretty),
        TellsWhy = arguments.Has(Flags.Why),
        RecoversArguments = arguments.RecoversArguments,
        HasAllRegisters = arguments.Has(Flags.AllRegisters),
        MaxWriters = Environment.ProcessorCount,
    };

    readonly HumanOptions _human = new()
    {
        IsBrief = arguments.Has(Flags.Brief),
        IsColored = console.IsColored && !arguments.Has(Flags.OutputFile) && !arguments.Has(Flags.NoColor),
        IsCompact = arguments.Has(Flags.Compact) || (IsSeen(arguments, console) && !arguments.Has(Flags.Human)),
        ListsInstructions = arguments.Has(Flags.Instructions) || IsSeen(arguments, console),
        TellsWhy = arguments.Has(Flags.Why),
        RecoversArguments = arguments.RecoversArguments,
        Sources = arguments.Find(Flags.SourceRoot) is { } root ? new(root) : null,
    };

    static bool IsSeen(StackwalkArguments arguments, StackwalkConsole console) =>
        console.IsTerminal && !arguments.Has(Flags.OutputFile);

    Stream Output => _outputFile ?? console.Output;

    public void Dispose()
    {
        _outputFile?.Dispose();
        _cyborgFile?.Dispose();
    }

    public void Write(string file, ProcessState state)
    {
        if (_cyborgFile is not null)
            WriteJson(_cyborgFile, state);

        if (arguments.Has(Flags.Json))
            WriteJson(Output, state);
        else
            WriteText(Output, state, arguments.Dumps.Count > 1 ? file : null);
    }

    /// <summary>Says in JSON, where JSON is wanted, why there is no report; in text the log says it.</summary>
    public void Write(Refusal refusal)
    {
        foreach (var output in (Stream?[])[_cyborgFile, arguments.Has(Flags.Json) ? Output : null])
        {
            if (output is not null)
                WriteLine(output, buffer => JsonReport.Write(refusal, buffer, _json));
        }
    }

    /// <summary>Lists the dump as it stands in its file.</summary>
    public void WriteRaw(string file, Minidump dump)
    {
        var isBrief = arguments.Has(Flags.Brief);
        if (arguments.Has(Flags.Json))
        {
            RawListing.WriteJson(dump, Output, isBrief, arguments.Has(Flags.Pretty));
            Output.WriteByte((byte)'\n');
            return;
        }

        using var text = new StreamWriter(Output, bufferSize: 16 << 10, leaveOpen: true);
        if (arguments.Dumps.Count > 1)
            text.Write($"── {file}\n\n");
        RawListing.WriteText(dump, text, isBrief);
    }

    void WriteJson(Stream output, ProcessState state) => WriteLine(output, buffer => JsonReport.Write(state, buffer, _json));

    static void WriteLine(Stream output, Action<StreamBuffer> write)
    {
        var buffer = new StreamBuffer(output);
        write(buffer);
        buffer.GetSpan(1)[0] = (byte)'\n';
        buffer.Advance(1);
        buffer.Flush();
    }

    void WriteText(Stream output, ProcessState state, string? title)
    {
        using var text = new StreamWriter(output, bufferSize: 16 << 10, leaveOpen: true);
        if (title is not null)
            text.Write($"── {title}\n\n");

        HumanReport.Write(state, text, _human);
        if (title is not null)
            text.Write('\n');
    }
}

/// <summary>Creates the files that arguments name.</summary>
static class OutputFiles
{
    /// <summary>Null for no name.</summary>
    /// <exception cref="UsageException">The file can't be written.</exception>
    public static FileStream? Create(string? path)
    {
        if (path is null)
            return null;

        try
        {
            // Without a buffer of its own: what is written to it comes in large pieces, and its end must not fail when it is closed.
            return new(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"can't write {path}: {(Directory.Exists(path) ? "it is a folder" : e.Message)}", 1);
        }
    }
}
