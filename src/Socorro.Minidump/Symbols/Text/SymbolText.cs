using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>Compiles the text of a symbol file into a table.</summary>
static class SymbolText
{
    const int BufferSize = 1 << 20;

    /// <summary>A longer text could make a table longer than 2 GiB, and is more than any linker makes of a program.</summary>
    const long MaxLength = 3L << 29;

    public static readonly Problem TooLarge = new("symbol file", "would make a table of more than 2 GB");

    public static readonly Problem NotASymbolFile = new("symbol file", "has no record that makes sense in its first 64 KiB");

    /// <summary>Null, with a problem that says why, when the text is no symbol file.</summary>
    public static MemoryStream? TryCompile(ReadOnlySpan<byte> text, SourceStamp stamp, out Problem problem)
    {
        var table = new MemoryStream();
        var reader = new SymbolTextReader(new(table));
        var probe = text;
        if (text.Length > SymbolTextReader.ProbeLength)
            probe = text[..(text[..SymbolTextReader.ProbeLength].LastIndexOf((byte)'\n') + 1)];
        reader.Read(probe);
        if (reader.HasRecords)
            reader.Read(text[probe.Length..]);
        return TryFinish(reader, stamp, out problem) ? table : null;
    }

    /// <summary>Reads a stream to its end, through a buffer, and writes the table to another; false as above.</summary>
    public static bool TryCompile(Stream text, SourceStamp stamp, Stream table, out Problem problem)
    {
        var reader = new SymbolTextReader(new(table));
        var windows = new LineWindows(text, BufferSize);
        var length = 0L;
        while (windows.TryRead(out var lines))
        {
            reader.Read(lines);
            length += lines.Length;
            if (!reader.HasRecords && length >= SymbolTextReader.ProbeLength)
                break;

            if (length > MaxLength)
            {
                problem = new("symbol file", $"is longer than {MaxLength} bytes");
                return false;
            }
        }

        reader.SkipLines(windows.SkippedLines);
        return TryFinish(reader, stamp, out problem);
    }

    /// <summary>What a text says of its module in its first lines; null when that is nothing.</summary>
    public static SymbolModule? TryReadModule(Stream text)
    {
        var buffer = new byte[SymbolTextReader.ProbeLength];
        var filled = text.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        var scanner = new RecordScanner(buffer.AsSpan(0, filled));
        while (scanner.MoveNext())
        {
            if (scanner.Kind == RecordKind.Module && ModuleRecord.TryParse(scanner.Fields, new(), out var module))
                return module;
        }

        return null;
    }

    static bool TryFinish(SymbolTextReader reader, SourceStamp stamp, out Problem problem)
    {
        var isBuilt = reader.HasRecords && reader.TryBuild(stamp);
        problem = !reader.HasRecords ? NotASymbolFile : !isBuilt ? TooLarge : default;
        return isBuilt;
    }
}
