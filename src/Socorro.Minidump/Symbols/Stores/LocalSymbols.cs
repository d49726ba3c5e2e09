using System.IO.Compression;
using Socorro.Minidumps.Symbols.Tables;
using Socorro.Minidumps.Symbols.Text;

namespace Socorro.Minidumps.Symbols.Stores;

/// <summary>Looks for symbol files on local disks, in the layouts that symbol servers and their mirrors use.</summary>
sealed class LocalSymbols
{
    readonly TableCache? _cache;
    readonly IReadOnlyList<string> _roots;
    readonly Lazy<List<DirectFile>> _files;

    public LocalSymbols(SymbolStoreOptions options)
    {
        _roots = options.Roots;
        _files = new(FindDirectFiles);
        if (options.CacheFolder is { } folder)
            _cache = new(folder, options.MaxCacheBytes, options.Time);
    }

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
        foreach (var root in _roots)
        {
            foreach (var path in Directory.Exists(root) ? PathsIn(root, key) : DirectPath(root, key))
            {
                if (TryOpen(path, key, attempts) is { } table)
                    return table;
            }
        }

        return null;
    }

    static IEnumerable<string> PathsIn(string root, ModuleKey key)
    {
        foreach (var id in key.DebugIdSpellings)
        {
            var folder = Path.Combine(root, key.Leaf, id);
            yield return Path.Combine(folder, key.Stem + ".sym");
            yield return Path.Combine(folder, key.Stem + ".sym.gz");
        }
    }

    /// <summary>A root may be a symbol file itself, which says what it is for.</summary>
    IEnumerable<string> DirectPath(string root, ModuleKey key) => _files.Value
        .Where(file => file.Path == root && IsSameId(file.DebugId, key.DebugId))
        .Select(file => file.Path);

    List<DirectFile> FindDirectFiles()
    {
        var files = new List<DirectFile>();
        foreach (var root in _roots.Where(File.Exists))
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
        if (_cache is not null && _cache.TryOpen(path, stamp, out var cached))
        {
            answer = "was compiled before";
            return new(cached, () => Recover(path));
        }

        var bytes = Compile(path, stamp, out var problem);
        answer = bytes is null ? problem.What : "was compiled";
        if (bytes is null)
            return null;

        // What is on disk now need not stay in memory as well.
        if (_cache is not null && _cache.TryWrite(path, bytes) && _cache.TryOpen(path, stamp, out cached))
            return new(cached, () => Recover(path));

        return new(TableImage.Open(bytes));
    }

    /// <summary>Compiles the text again when a cached table proved damaged.</summary>
    TableImage Recover(string path)
    {
        _cache?.Remove(path);
        try
        {
            var bytes = Compile(path, SourceFile.Stamp(path), out _);
            if (bytes is null)
                return TableImage.Empty;

            _cache?.TryWrite(path, bytes);
            return TableImage.Open(bytes);
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            return TableImage.Empty;
        }
    }

    static byte[]? Compile(string path, SourceStamp stamp, out Problem problem)
    {
        using var text = OpenText(path);
        return SymbolText.TryCompile(text, stamp, out problem);
    }

    static Stream OpenText(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1);
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file;
    }

    static bool IsSameId(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

    static bool IsUnreadable(Exception e) => e is IOException or UnauthorizedAccessException or InvalidDataException;

    readonly record struct DirectFile(string Path, string DebugId);
}
