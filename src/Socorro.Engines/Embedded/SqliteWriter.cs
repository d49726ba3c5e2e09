using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace Socorro.Engines.Embedded;

/// <summary>The writing connection of one file, with its statements prepared once. Parameters are $1, $2, …</summary>
sealed class SqliteWriter : IDisposable
{
    const int BusyTimeout = 10_000;

    // Room for the changes of one group of dumps, which else would be written out before the commit and read again.
    const int CacheKibibytes = 32 * 1024;

    // What a burst leaves of the log; its file would otherwise stay as large as it ever was.
    const int MaxIdleLog = 64 << 20;

    readonly SqliteConnection _connection;
    readonly Dictionary<string, SqliteCommand> _statements = [];

    public SqliteWriter(SqliteConnection connection)
    {
        _connection = connection;
        try
        {
            // Full: a commit returns after the log is on the disk, https://sqlite.org/pragma.html#pragma_synchronous.
            Run("pragma journal_mode = wal");
            Run("pragma synchronous = full");
            Run($"pragma busy_timeout = {BusyTimeout}");
            Run($"pragma cache_size = -{CacheKibibytes}");
            Run($"pragma journal_size_limit = {MaxIdleLog}");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public int Execute(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteNonQuery();

    /// <summary>Runs an insert that returns its key.</summary>
    public long Insert(string sql, params ReadOnlySpan<object?> values) => (long)Bind(sql, values).ExecuteScalar()!;

    /// <summary>The first row; null when there is none.</summary>
    public T? Find<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
        where T : class
    {
        using var reader = Bind(sql, values).ExecuteReader();
        return reader.Read() ? read(reader) : null;
    }

    public List<T> List<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var reader = Bind(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));

        return rows;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();

        _connection.Dispose();
    }

    SqliteCommand Bind(string sql, ReadOnlySpan<object?> values)
    {
        if (!_statements.TryGetValue(sql, out var statement))
            _statements.Add(sql, statement = Prepare(sql, values.Length));

        for (var i = 0; i < values.Length; i++)
            statement.Parameters[i].Value = Bindable(values[i]);

        return statement;
    }

    SqliteCommand Prepare(string sql, int parameters)
    {
        var statement = _connection.CreateCommand();
        statement.CommandText = sql;
        for (var i = 1; i <= parameters; i++)
            statement.Parameters.Add(new() { ParameterName = $"${i}" });

        return statement;
    }

    void Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    // The driver binds whole arrays only. A dump's pieces nearly always are whole arrays, so this seldom copies.
    static object Bindable(object? value) => value switch
    {
        null => DBNull.Value,
        ReadOnlyMemory<byte> bytes => MemoryMarshal.TryGetArray(bytes, out var segment) &&
            segment.Array is { } array && array.Length == segment.Count
                ? array
                : bytes.ToArray(),
        _ => value,
    };
}
