using System.Diagnostics.CodeAnalysis;
using System.Text;
using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Stores;

/// <summary>
/// Compiled tables on disk, one file for each text. A file is written under another name and renamed when it is whole, so
/// that several processes can share the folder; stale and damaged ones are written again; the least recently used go when
/// the folder grows too large. Losing it costs time and nothing else, so trouble with it is passed over.
/// </summary>
sealed class TableCache(string folder, long maxBytes, TimeProvider time)
{
    const string Extension = ".symtab";
    const string TemporaryExtension = ".tmp";
    const int MaxNameLength = 80;

    /// <summary>How precisely the time of the last use is kept.</summary>
    static readonly TimeSpan UsePrecision = TimeSpan.FromMinutes(10);

    /// <summary>Older temporary files were left behind by processes that ended early.</summary>
    static readonly TimeSpan TemporaryLife = TimeSpan.FromHours(1);

    /// <summary>Opens the table of a text in its present state; false when there is none.</summary>
    public bool TryOpen(string source, SourceStamp stamp, [NotNullWhen(true)] out TableImage? table)
    {
        table = null;
        var path = PathOf(source);
        try
        {
            if (File.Exists(path)
                && TableImage.TryOpen(MappedFile.Open(path).Memory, out var made, out var opened)
                && made == stamp)
            {
                Touch(path);
                table = opened;
            }

            return table is not null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Keeps a table for later processes. False when it could not be written.</summary>
    public bool TryWrite(string source, byte[] table)
    {
        var path = PathOf(source);
        var temporary = $"{path}.{Guid.NewGuid():N}{TemporaryExtension}";
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(temporary, table);
            File.Move(temporary, path, overwrite: true);
            Trim(keep: path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
            return false;
        }
    }

    /// <summary>Removes a table that turned out to be damaged.</summary>
    public void Remove(string source) => TryDelete(PathOf(source));

    string PathOf(string source)
    {
        var full = Path.GetFullPath(source);
        var name = Path.GetFileName(full);
        if (name.Length > MaxNameLength)
            name = name[..MaxNameLength];
        return Path.Combine(folder, $"{name}-{XxHash64.Hash(Encoding.UTF8.GetBytes(full)):x16}{Extension}");
    }

    void Touch(string path)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (now - File.GetLastWriteTimeUtc(path) > UsePrecision)
            File.SetLastWriteTimeUtc(path, now);
    }

    void Trim(string keep)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var files = new DirectoryInfo(folder).GetFiles();
        foreach (var file in files)
        {
            if (file.Extension == TemporaryExtension && now - file.LastWriteTimeUtc > TemporaryLife)
                TryDelete(file.FullName);
        }

        var tables = files.Where(file => file.Extension == Extension).OrderByDescending(file => file.LastWriteTimeUtc);
        var total = new FileInfo(keep).Length;
        foreach (var file in tables.Where(file => file.FullName != keep))
        {
            total += file.Length;
            if (total > maxBytes)
                TryDelete(file.FullName);
        }
    }

    static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else has it open where that forbids deleting; the next one to trim tries again.
        }
    }
}
