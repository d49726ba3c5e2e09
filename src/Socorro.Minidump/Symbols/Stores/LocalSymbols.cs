using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Socorro.Minidumps.Symbols.Tables;
using Socorro.Minidumps.Symbols.Text;

namespace Socorro.Minidumps.Symbols.Stores;

/// <summary>Looks for symbol files on local disks, in the layouts that symbol servers and their mirrors use.</summary>
sealed class LocalSymbols
{
    /// <summary>Cabinets are expanded in memory, and hold no large files: their format ends at 2 GiB.</summary>
    const long MaxCabinetText = 1 << 30;

    readonly SymbolStoreOptions _options;
    readonly TableCache? _cache;
    readonly Lazy<List<DirectFile>> _files;
    readonly Compilations _compilations;

    public LocalSymbols(SymbolStoreOptions options)
    {
        _options = options;
        _compilations = new(options.CompilesInBackground);
        _files = new(FindDirectFiles);
        if (options.CacheFolder is { } folder)
            _cache = new(folder, options.MaxCacheBytes, options.Time);
    }

    public bool HasTablesToFinish => !_compilations.IsDone;

    public Task FinishTablesAsync(CancellationToken cancel) => _compilations.FinishAsync(cancel);

    public SymbolLookup Find(ModuleKey key)
    {
        var attempts = new List<LookupAttempt>();
        if (key.DebugId.Length == 0)
            attempts.Add(new(key.Leaf, "has no debug id, by which symbols are found"));
        else if (!FileName.IsSafe(key.Leaf) || !key.DebugId.All(char.IsAsciiLetterOrDigit))
            attempts.Add(new(key.Leaf, "has a name or debug id that cannot be a file's"));
        else if (FindIn(key, attempts) is { } table)
            return new() { Table = table, Attempts = attempts };

        return new() { Attempts = attempts };
    }

    SymbolTable? FindIn(ModuleKey key, List<LookupAttempt> attempts)
    {
        foreach (var root in _options.Roots)
        {
            foreach (var path in Directory.Exists(root) ? PathsIn(root, key) : DirectPath(root, key, attempts))
            {
                if (TryOpen(path, key, attempts) is { } table)
                    return table;
            }
        }

        return null;
    }

    static IEnumerable<string> PathsIn(string root, ModuleKey key)
    {
        foreach (var id in key.DebugIdSpellings.Append(key.DebugId.ToLowerInvariant()).Distinct())
        {
            var folder = Path.Combine(root, key.Leaf, id);
            yield return Path.Combine(folder, key.Stem + ".sym");
            yield return Path.Combine(folder, key.Stem + ".sym.gz");
            yield return Path.Combine(folder, key.Stem + ".sy_");
        }
    }

    /// <summary>A root may be a symbol file itself, which says what it is for.</summary>
    string[] DirectPath(string root, ModuleKey key, List<LookupAttempt> attempts)
    {
        var file = _files.Value.Find(file => file.Path == root);
        if (file.Path is not null && IsSameId(file.DebugId, key.DebugId))
            return [root];

        var answer = file.Path is not null ? $"is for another module, {file.DebugId}"
            : File.Exists(root) ? "is no symbol file"
            : "is not there";
        attempts.Add(new(root, answer));
        return [];
    }

    List<DirectFile> FindDirectFiles()
    {
        var files = new List<DirectFile>();
        foreach (var root in _options.Roots.Where(File.Exists))
        {
            try
            {
                using var text = OpenText(root);
                if (SymbolText.TryReadModule(text) is { } module)
                    files.Add(new(root, module.DebugId));
            }
            catch (Exception e) when (IsUnreadable(e))
            {
                // What cannot be read now is for no module; a lookup that would need it says that it found nothing.
            }
        }

        return files;
    }

    SymbolTable? TryOpen(string path, ModuleKey key, List<LookupAttempt> attempts)
    {
        try
        {
            if (!File.Exists(path))
            {
                attempts.Add(new(path, "is not there"));
                return null;
            }

            var table = Open(path, out var answer);
            if (table is not null && table.Module.DebugId.Length > 0 && !IsSameId(table.Module.DebugId, key.DebugId))
            {
                answer = $"is of another build, {table.Module.DebugId}";
                table = null;
            }

            attempts.Add(new(path, answer));
            return table;
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            attempts.Add(new(path, $"cannot be read: {e.Message}"));
            return null;
        }
    }

    SymbolTable? Open(string path, out string answer)
    {
        var stamp = SourceFile.Stamp(path);
        var source = FindCached(path, stamp);
        answer = "was read before";
        if (source is null)
        {
            source = Read(path, stamp, out var problem);
            answer = source is null ? problem.What : "was read";
        }

        if (source is null)
            return null;

        var table = new SymbolTable(source, () => Recover(path));
        if (source is TextIndex && _cache is not null)
            _compilations.Add(() => CompileInto(table, path, stamp));
        return table;
    }

    SymbolSource? FindCached(string path, SourceStamp stamp)
    {
        if (_cache is null || !_cache.TryOpen(path, stamp, out var table))
            return null;

        return table.Kind == TableKind.Index ? new TextIndex(table, OpenHandle(path)) : table;
    }

    /// <summary>Reads a text into an index if it is large, else into a table, and caches what was made.</summary>
    SymbolSource? Read(string path, SourceStamp stamp, out Problem problem)
    {
        var isIndexed = !IsGzip(path) && !IsCabinet(path) && stamp.Length >= _options.LargeText && stamp.Length <= uint.MaxValue;
        var refusal = default(Problem);
        if (_cache is not null && _cache.TryWrite(path, TryMake) && FindCached(path, stamp) is { } cached)
        {
            problem = default;
            return cached;
        }

        using var made = new MemoryStream();
        var isMade = refusal == default && TryMake(made);
        problem = refusal;
        if (!isMade)
            return null;

        var table = TableImage.Open(made);
        return isIndexed ? new TextIndex(table, OpenHandle(path)) : table;

        bool TryMake(Stream table) => isIndexed
            ? TextScan.TryIndex(path, stamp, table, out refusal)
            : TryCompile(path, stamp, table, out refusal);
    }

    /// <summary>Makes the table that an index stands in for, and lets it take over.</summary>
    void CompileInto(SymbolTable table, string path, SourceStamp stamp)
    {
        // When the text went away after it was indexed, the index answers as long as its file handle is good.
        if (_cache!.TryWrite(path, made => TryCompile(path, stamp, made, out _)) && FindCached(path, stamp) is { } cached)
            table.Replace(cached);
    }

    /// <summary>Reads the text again when what the cache gave proved damaged.</summary>
    SymbolSource Recover(string path)
    {
        try
        {
            _cache?.Remove(path);
            return Read(path, SourceFile.Stamp(path), out _) ?? TableImage.Empty;
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            return TableImage.Empty;
        }
    }

    static bool TryCompile(string path, SourceStamp stamp, Stream table, out Problem problem)
    {
        using var text = OpenText(path);
        return SymbolText.TryCompile(text, stamp, table, out problem);
    }

    static Stream OpenText(string path)
    {
        var file = OpenFile(path);
        if (IsGzip(path))
            return new GZipStream(file, CompressionMode.Decompress);

        return IsCabinet(path) ? ExpandCabinet(file) : file;
    }

    static MemoryStream ExpandCabinet(FileStream file)
    {
        using (file)
        {
            var expanded = new MemoryStream();
            file.CopyTo(expanded);
            if (!Cabinet.TryExpand(expanded, MaxCabinetText))
                throw new InvalidDataException("it is not a cabinet that is understood");

            expanded.Position = 0;
            return expanded;
        }
    }

    static FileStream OpenFile(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);

    static SafeFileHandle OpenHandle(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

    static bool IsGzip(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    static bool IsCabinet(string path) => path.EndsWith('_');

    static bool IsSameId(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

    static bool IsUnreadable(Exception e) => e is IOException or UnauthorizedAccessException or InvalidDataException;

    readonly record struct DirectFile(string Path, string DebugId);
}
