using Microsoft.Data.Sqlite;
using Socorro.Files;
using Socorro.Storage;

namespace Socorro.Engines.Embedded;

/// <summary>
/// One database file in WAL mode: many readers, and one writer that belongs to a committing thread.
/// </summary>
/// <param name="path">Where it lies.</param>
/// <param name="create">Makes the file, complete, when the first write finds none.</param>
sealed class SqliteFile(string path, Action<string>? create = null) : IDisposable
{
    // SQLite's result codes, https://sqlite.org/rescode.html
    const int Corrupt = 11;
    const int Full = 13;
    const int CannotOpen = 14;
    const int NotADatabase = 26;

    const string Number = "pragma application_id";

    // Readers could write, because whoever closes a file last has to tidy up its log.
    readonly string _readerString =
        new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite }.ToString();

    SqliteWriter? _writer;

    public string Path => path;

    /// <summary>For the committing thread alone.</summary>
    public SqliteWriter Writer => _writer ??= OpenWriter();

    public static SqliteConnection OpenUnpooled(string path, SqliteOpenMode mode)
    {
        if (mode == SqliteOpenMode.ReadWriteCreate)
            OwnerOnly.CreateFile(path);

        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>Reads with a pooled connection, which sees all that was committed before.</summary>
    /// <exception cref="StorageRefusedException">The file cannot be read.</exception>
    public T Read<T>(Func<SqliteConnection, T> read) => Read(_readerString, read);

    /// <summary>Reads and leaves nothing open: for who goes through files that nobody else reads.</summary>
    /// <exception cref="StorageRefusedException">The file cannot be read.</exception>
    public T ReadOnce<T>(Func<SqliteConnection, T> read) => Read(_readerString + ";Pooling=False", read);

    /// <summary>For the committing thread alone: what is not committed is undone.</summary>
    public void CloseWriter()
    {
        _writer?.Dispose();
        _writer = null;
    }

    /// <summary>What a failure to read or write means to the caller; null when it is not the file's fault.</summary>
    public StorageRefusedException? Explain(Exception e) => e switch
    {
        SqliteException { SqliteErrorCode: Full } => new($"The disk that holds {path} is full", e),
        SqliteException { SqliteErrorCode: Corrupt or NotADatabase } or InvalidDataException =>
            new($"{path} is damaged: {e.Message}", e) { IsDamage = true },
        SqliteException or IOException or UnauthorizedAccessException => new($"{path} cannot be used: {e.Message}", e),
        _ => null,
    };

    public void Dispose()
    {
        CloseWriter();
        using var connection = new SqliteConnection(_readerString);
        SqliteConnection.ClearPool(connection);
    }

    T Read<T>(string connectionString, Func<SqliteConnection, T> read)
    {
        try
        {
            using var connection = new SqliteConnection(connectionString);
            connection.Open();
            return read(connection);
        }
        catch (Exception e) when (Explain(e) is { } refusal)
        {
            // A disk that comes back is not the one that the pooled connections have open.
            using var connection = new SqliteConnection(connectionString);
            SqliteConnection.ClearPool(connection);
            throw refusal;
        }
    }

    SqliteWriter OpenWriter()
    {
        if (create is null)
            return new(OpenUnpooled(path, SqliteOpenMode.ReadWrite));

        while (true)
        {
            if (!File.Exists(path))
                create(path);

            // Another process may have retired the file after we opened it: what we wrote then would be nowhere.
            var writer = new SqliteWriter(OpenUnpooled(path, SqliteOpenMode.ReadWrite));
            if (writer.Find(Number, Text) == FindNumber())
                return writer;

            writer.Dispose();
        }
    }

    static string Text(SqliteDataReader row) => row.GetString(0);

    string? FindNumber()
    {
        try
        {
            using var connection = OpenUnpooled(path, SqliteOpenMode.ReadOnly);
            using var command = connection.CreateCommand();
            command.CommandText = Number;
            return $"{command.ExecuteScalar()}";
        }
        catch (SqliteException e) when (e.SqliteErrorCode == CannotOpen)
        {
            return null;
        }
    }
}
