using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Text;
using Microsoft.Win32.SafeHandles;
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

    /// <summary>Bytes of a table that is mapped whole. Of a larger one, what counts as held should not grow with it.</summary>
    const long MaxMapped = 32 << 20;

    /// <summary>How precisely the time of the last use is kept.</summary>
    static readonly TimeSpan UsePrecision = TimeSpan.FromMinutes(10);

    /// <summary>Older temporary files were left behind by processes that ended early.</summary>
    static readonly TimeSpan TemporaryLife = TimeSpan.FromHours(1);

    /// <summary>Opens the table of a text in its present state; false when there is none.</summary>
    public bool TryOpen(string source, SourceStamp stamp, [NotNullWhen(true)] out TableImage? table)
    {
        table = null;
        var path = PathOf(source);
        if (!File.Exists(path))
            return false;

        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            var isLarge = RandomAccess.GetLength(file) > MaxMapped;
            if (TableImage.TryOpen(MappedFile.Open(file).Memory, isLarge ? file : null, out var made, out var opened)
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
        finally
        {
            if (table is not { ReadsFile: true })
                file?.Dispose();
        }
    }

    /// <summary>Keeps a table for later processes. False when it could not be written, or there is nothing to write.</summary>
    /// <param name="source">The text that it is made of.</param>
    /// <param name="tryWrite">Writes it to an empty stream, which can be read as well; false when there is no table.</param>
    public bool TryWrite(string source, Func<Stream, bool> tryWrite)
    {
        var path = PathOf(source);
        var temporary = $"{path}.{Guid.NewGuid():N}{TemporaryExtension}";
        try
        {
            Directory.CreateDirectory(folder);
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0))
            {
                if (!tryWrite(file))
                    return false;
            }

            File.Move(temporary, path, overwrite: true);
            Trim(keep: path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        finally
        {
            TryDelete(temporary);
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
        return Path.Combine(folder, $"{name}-{XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(full)):x16}{Extension}");
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
