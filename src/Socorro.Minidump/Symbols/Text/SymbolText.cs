using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>Compiles the text of a symbol file into the bytes of a table.</summary>
static class SymbolText
{
    const int BufferSize = 1 << 20;

    static readonly Problem NotASymbolFile = new("symbol file", "has no record that makes sense in its first 64 KiB");

    /// <summary>Null, with a problem that says why, when the text is no symbol file.</summary>
    public static byte[]? TryCompile(ReadOnlySpan<byte> text, SourceStamp stamp, out Problem problem)
    {
        var reader = new SymbolTextReader();
        var probe = text;
        if (text.Length > SymbolTextReader.ProbeLength)
            probe = text[..(text[..SymbolTextReader.ProbeLength].LastIndexOf((byte)'\n') + 1)];
        reader.Read(probe);
        if (reader.HasRecords)
            reader.Read(text[probe.Length..]);
        return Finish(reader, stamp, out problem);
    }

    /// <summary>Reads a stream to its end; a line longer than <see cref="RecordScanner.MaxLineLength"/> is passed over.</summary>
    public static byte[]? TryCompile(Stream text, SourceStamp stamp, out Problem problem)
    {
        var reader = new SymbolTextReader();
        var buffer = new byte[BufferSize];
        var filled = 0;
        var isSkipping = false;
        while (text.Read(buffer.AsSpan(filled)) is var count and > 0)
        {
            filled += count;
            var end = buffer.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            if (end > 0)
            {
                var start = isSkipping ? buffer.AsSpan().IndexOf((byte)'\n') + 1 : 0;
                isSkipping = false;
                reader.Read(buffer.AsSpan(start, end - start));
                if (!reader.HasRecords && end >= SymbolTextReader.ProbeLength)
                    break;

                buffer.AsSpan(end, filled - end).CopyTo(buffer);
                filled -= end;
            }

            if (filled == buffer.Length && buffer.Length < RecordScanner.MaxLineLength)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
            else if (filled == buffer.Length)
            {
                if (!isSkipping)
                    reader.SkipLine();
                isSkipping = true;
                filled = 0;
            }
        }

        if (!isSkipping)
            reader.Read(buffer.AsSpan(0, filled));
        return Finish(reader, stamp, out problem);
    }

    static byte[]? Finish(SymbolTextReader reader, SourceStamp stamp, out Problem problem)
    {
        problem = reader.HasRecords ? default : NotASymbolFile;
        return reader.HasRecords ? reader.Build(stamp) : null;
    }
}
