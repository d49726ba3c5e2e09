using System.Collections.Concurrent;
using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Socorro.Files;
using Socorro.Storage;

namespace Socorro.Engines.Embedded;

/// <summary>The folder of the crash store: one database file for each UTC day, named yyyy-mm-dd.db.</summary>
sealed class DayFiles : IDisposable
{
    const string NameFormat = "yyyy-MM-dd";
    const string Extension = ".db";
    const string Unfinished = ".unfinished";

    // Dumps are far larger than the default page of 4 KiB; larger pages mean fewer of them to log and to chain.
    const int PageSize = 16 * 1024;

    const int MaxReadAttempts = 3;

    const string Used = "select exists (select 1 from crash) or exists (select 1 from processed)";

    static readonly string Schema = SqlResource.Read("day.sql");

    readonly string _folder;
    readonly ConcurrentDictionary<DateOnly, SqliteFile> _files = new();

    public DayFiles(string folder)
    {
        _folder = folder;
        DirectorySync.Create(folder);
        foreach (var leftover in Directory.EnumerateFiles(folder, $"*{Unfinished}*"))
            File.Delete(leftover);
    }

    /// <summary>A day's file, which need not exist before the first write.</summary>
    public SqliteFile Get(DateOnly day) =>
        _files.GetOrAdd(day, static (day, files) => new(files.PathOf(day), files.Create), this);

    /// <summary>A day's file when it exists, else null.</summary>
    public SqliteFile? Find(DateOnly day) => File.Exists(PathOf(day)) ? Get(day) : null;

    /// <summary>Reads a day's file; the default when there is none.</summary>
    /// <exception cref="StorageRefusedException">The file cannot be read.</exception>
    public T? Read<T>(DateOnly day, Func<SqliteConnection, T> read) => ReadFile(day, file => file.Read(read));

    /// <summary>The same, and leaves nothing open.</summary>
    /// <exception cref="StorageRefusedException">The file cannot be read.</exception>
    public T? ReadOnce<T>(DateOnly day, Func<SqliteConnection, T> read) => ReadFile(day, file => file.ReadOnce(read));

    /// <summary>The days that have a file, oldest first.</summary>
    /// <exception cref="StorageRefusedException">The folder cannot be read.</exception>
    public IReadOnlyList<DateOnly> List()
    {
        var days = new List<DateOnly>();
        foreach (var path in Paths())
        {
            var name = Path.GetFileNameWithoutExtension(path.AsSpan());
            var culture = CultureInfo.InvariantCulture;
            if (DateOnly.TryParseExact(name, NameFormat, culture, DateTimeStyles.None, out var day))
                days.Add(day);
        }

        days.Sort();
        return days;
    }

    /// <summary>When a day's file, or its log, was last written.</summary>
    public DateTime LastWrite(DateOnly day)
    {
        var path = PathOf(day);
        var (file, log) = (File.GetLastWriteTimeUtc(path), File.GetLastWriteTimeUtc(path + "-wal"));
        return file > log ? file : log;
    }

    /// <summary>
    /// Deletes a day's file unless it holds a crash; false when it has to be tried again, because somebody has the file
    /// open. For the committing thread alone.
    /// </summary>
    /// <exception cref="StorageRefusedException">The file cannot be read.</exception>
    public bool TryRetire(DateOnly day)
    {
        if (Find(day) is not { } file || file.ReadOnce(connection => connection.ExecuteScalar<bool>(Used)))
            return true;

        file.Dispose();
        using var connection = SqliteFile.OpenUnpooled(file.Path, SqliteOpenMode.ReadWrite);

        // Leaving the log succeeds only for whoever is alone with a file; nobody can begin to use it before we are done,
        // and who has waited for us finds that the name is gone (SqliteFile.OpenWriter).
        if (!TryNow(connection, "pragma journal_mode = delete") || !TryNow(connection, "begin exclusive")
            || connection.ExecuteScalar<bool>(Used))
        {
            return false;
        }

        File.Delete(file.Path);
        return true;
    }

    public void Dispose()
    {
        foreach (var file in _files.Values)
            file.Dispose();
    }

    T? ReadFile<T>(DateOnly day, Func<SqliteFile, T> read)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return Find(day) is { } file ? read(file) : default;
            }
            catch (StorageRefusedException e) when (!e.IsDamage && attempt < MaxReadAttempts)
            {
                // The file may have been retired after we had found it, and may even have been made again.
            }
        }
    }

    string[] Paths()
    {
        try
        {
            return Directory.GetFiles(_folder, "*" + Extension);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageRefusedException($"{_folder} cannot be read: {e.Message}", e);
        }
    }

    string PathOf(DateOnly day) =>
        Path.Combine(_folder, day.ToString(NameFormat, CultureInfo.InvariantCulture) + Extension);

    /// <summary>Runs a statement without waiting for locks, as the driver would.</summary>
    static bool TryNow(SqliteConnection connection, string sql) =>
        raw.sqlite3_exec(connection.Handle, sql, out _) == raw.SQLITE_OK;

    // Made under another name and then renamed, so that a day's file is complete or absent, whenever the process dies.
    void Create(string path)
    {
        var unfinished = $"{path}.{Guid.NewGuid():N}{Unfinished}";
        try
        {
            using (var connection = SqliteFile.OpenUnpooled(unfinished, SqliteOpenMode.ReadWriteCreate))
            using (var command = connection.CreateCommand())
            {
                // The number tells this file from one that had its name before.
                command.CommandText = $"""
                    pragma page_size = {PageSize};
                    pragma journal_mode = wal;
                    begin;
                    pragma application_id = {Random.Shared.Next(1, int.MaxValue)};
                    {Schema}
                    commit;
                    """;
                command.ExecuteNonQuery();
            }

            File.Move(unfinished, path);
            DirectorySync.Flush(_folder);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process that shares the folder was first.
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
