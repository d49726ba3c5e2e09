using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Text;

/// <summary>
/// Makes an index over a symbol text: where its functions, PUBLIC symbols, unwind ranges and names stand. It has the form of
/// a table whose rows point into the text, and is made many times faster than a table.
/// </summary>
static class TextScan
{
    /// <summary>Of a smaller text a second worker would not be worth its start.</summary>
    const long MinShare = 16 << 20;

    const int CutSearch = 1 << 20;

    /// <summary>
    /// Writes the index; false, with a problem that says why, when the file is no symbol file. Throws as reading a file does.
    /// </summary>
    public static bool TryIndex(string path, SourceStamp stamp, Stream index, out Problem problem) =>
        TryIndex(path, stamp, (int)Math.Clamp(stamp.Length / MinShare, 1, Environment.ProcessorCount), index, out problem);

    public static bool TryIndex(string path, SourceStamp stamp, int workers, Stream index, out Problem problem)
    {
        var shares = new ScanShare[workers];
        var cuts = FindCuts(path, stamp.Length, workers);
        Workers.Run(workers, i => shares[i] = ScanShare.Read(path, cuts[i], cuts[i + 1]));

        var isSymbolFile = shares.Any(share => share.HasRecords) && !shares.Any(share => share.IsRefused);
        var isWritten = isSymbolFile && TryMerge(shares, stamp, index);
        problem = !isSymbolFile ? SymbolText.NotASymbolFile : !isWritten ? SymbolText.TooLarge : default;
        return isWritten;
    }

    /// <summary>Shares begin with a line.</summary>
    static long[] FindCuts(string path, long length, int workers)
    {
        var cuts = new long[workers + 1];
        using var file = File.OpenRead(path);
        var buffer = workers == 1 ? [] : new byte[CutSearch];
        for (var i = 1; i < workers; i++)
        {
            var start = Math.Max(cuts[i - 1], length * i / workers);
            file.Position = start;
            var count = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);

            // In a line longer than the buffer there is no cut, and one share does the work of two.
            var end = buffer.AsSpan(0, count).IndexOf((byte)'\n');
            cuts[i] = end < 0 ? cuts[i - 1] : start + end + 1;
        }

        cuts[workers] = length;
        return cuts;
    }

    static bool TryMerge(ScanShare[] shares, SourceStamp stamp, Stream index)
    {
        var all = shares[0];
        foreach (var share in shares[1..])
            all.Append(share);

        var writer = new TableWriter(new(index));
        writer.WriteFunctions(all.Functions);
        writer.WriteCfiBlocks(all.CfiBlocks);
        writer.WritePublics(all.Publics, all.Functions, all.CfiBlocks);
        writer.WriteNames(TableSection.Files, all.Files);
        writer.WriteNames(TableSection.Origins, all.Origins);
        writer.WriteWin(all.WinFrames, all.WinOffsets);
        new ModuleTexts(all.Module, all.BadLines, all.Problems).Write(writer[TableSection.Module]);
        return writer.TryFinish(TableKind.Index, stamp);
    }
}
