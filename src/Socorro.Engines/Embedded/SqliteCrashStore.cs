using System.Globalization;
using System.Runtime.CompilerServices;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Engines.Embedded;

/// <summary>The crash store in a folder of SQLite files, one for each UTC day.</summary>
sealed class SqliteCrashStore : CrashStore
{
    const int ListPage = 1000;
    static readonly TimeSpan RetireEvery = TimeSpan.FromMinutes(1);

    readonly DayFiles _days;
    readonly GroupCommit _commits = new("crash store");
    readonly Outbox _outbox;
    readonly TimeProvider _time;
    readonly HashSet<DateOnly> _emptied;
    long _retired;

    public SqliteCrashStore(string folder, TimeProvider time, ILogger<SqliteCrashStore> logger)
    {
        _days = new(folder);
        _outbox = new(_days, time, logger);
        _time = time;
        _emptied = [.. _days.List()];
        _retired = time.GetTimestamp() - (long)(RetireEvery.TotalSeconds * time.TimestampFrequency);
    }

    public override async Task PutRawAsync(
        RawCrash crash, IReadOnlyList<DumpContent> dumps, CancellationToken cancel)
    {
        if (crash.Dumps.Count != dumps.Count)
            throw new ArgumentException($"{crash.Id} names {crash.Dumps.Count} dumps and comes with {dumps.Count}");

        cancel.ThrowIfCancellationRequested();
        var put = new RawCrashPut(crash, dumps);
        var isSame = await _commits.RunAsync(_days.Get(crash.Id.Day), put.Apply, cancel);
        if (!isSame)
            throw new CrashIdTakenException(crash.Id);

        _outbox.Expect(crash.Id.Day);
    }

    public override Task<RawCrash?> FindRawAsync(CrashId id, CancellationToken cancel) =>
        Task.FromResult(_days.Read(id.Day, connection => FindRaw(connection, id)));

    public override Task<ReadOnlyMemory<byte>?> FindDumpAsync(CrashId id, string name, CancellationToken cancel) =>
        Task.FromResult(_days.Read(id.Day, connection => FindDump(connection, id, name)));

    public override async Task PutProcessedAsync(ProcessedCrash crash, CancellationToken cancel)
    {
        const string Put = """
            insert into processed (id, stored_at, length, document) values ($1, $2, $3, $4)
            on conflict (id) do update
            set stored_at = excluded.stored_at, length = excluded.length, document = excluded.document
            """;

        cancel.ThrowIfCancellationRequested();
        var document = Zstd.Compress(crash.Json.Span);
        var now = Timestamp(_time.GetUtcNow());
        await _commits.RunAsync(
            _days.Get(crash.Id.Day),
            writer => writer.Execute(Put, crash.Id.ToString(), now, crash.Json.Length, document),
            cancel);
    }

    public override async Task<bool> ReplaceProcessedAsync(
        ProcessedCrash expected, ProcessedCrash crash, CancellationToken cancel)
    {
        const string Stored = "select length, document from processed where id = $1";
        const string Replace = "update processed set stored_at = $2, length = $3, document = $4 where id = $1";

        cancel.ThrowIfCancellationRequested();
        var id = crash.Id.ToString();
        var document = Zstd.Compress(crash.Json.Span);
        var now = Timestamp(_time.GetUtcNow());
        return _days.Find(crash.Id.Day) is { } file && await _commits.RunAsync(
            file,
            writer =>
            {
                var stored = writer.Find(
                    Stored, row => Zstd.Decompress([row.GetFieldValue<byte[]>(1)], row.GetInt64(0)), id);
                return stored is not null
                    && stored.AsSpan().SequenceEqual(expected.Json.Span)
                    && writer.Execute(Replace, id, now, crash.Json.Length, document) == 1;
            },
            cancel);
    }

    public override Task<ProcessedCrash?> FindProcessedAsync(CrashId id, CancellationToken cancel) =>
        Task.FromResult(_days.Read(id.Day, connection => FindProcessed(connection, id)));

    public override async IAsyncEnumerable<CrashId> ListAsync(
        DateOnly day, CrashId? after, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        var last = after is { } id ? _days.Read(day, connection => FindKey(connection, id)) : null;
        while (_days.Read(day, connection => ListPageBefore(connection, last ?? long.MaxValue)) is { Count: > 0 } page)
        {
            foreach (var (_, listed) in page)
            {
                cancel.ThrowIfCancellationRequested();
                yield return CrashId.Parse(listed);
            }

            last = page[^1].Key;
        }
    }

    public override Task<IReadOnlyList<DateOnly>> ListDaysAsync(CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<DateOnly>>([.. _days.List().Reverse()]);

    public override async IAsyncEnumerable<CrashId> ListUnprocessedAsync(
        DateOnly day, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        var last = "";
        while (_days.ReadOnce(day, connection => ListUnprocessedAfter(connection, last)) is { Count: > 0 } page)
        {
            foreach (var id in page)
            {
                cancel.ThrowIfCancellationRequested();
                yield return CrashId.Parse(id);
            }

            last = page[^1];
        }
    }

    public override async Task RemoveAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel)
    {
        await Task.WhenAll(
            from id in ids
            group id by id.Day into ofDay
            let file = _days.Find(ofDay.Key)
            where file is not null
            select _commits.RunAsync(file, writer => ofDay.Sum(id => RawCrashRemoval.Apply(writer, id)), cancel));
        await RetireAsync(ids.Select(id => id.Day));
    }

    public override Task<long> CountAsync(DateOnly day, CancellationToken cancel) => Task.FromResult(
        _days.Read(day, connection => connection.ExecuteScalar<long>("select count(*) from crash")));

    public override Task<IReadOnlyList<CrashId>> TakeUnqueuedAsync(int most, CancellationToken cancel) =>
        _outbox.TakeAsync(most, cancel);

    public override async Task ConfirmQueuedAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel)
    {
        const string Confirm = "delete from unqueued where crash = (select key from crash where id = $1)";

        await Task.WhenAll(
            from id in ids
            group id by id.Day into ofDay
            let file = _days.Find(ofDay.Key)
            where file is not null
            select ConfirmAsync(ofDay.Key, file, writer => ofDay.Sum(id => writer.Execute(Confirm, id.ToString()))));

        async Task ConfirmAsync(DateOnly day, SqliteFile file, Func<SqliteWriter, int> confirm)
        {
            try
            {
                await _commits.RunAsync(file, confirm, cancel);
            }
            catch (StorageRefusedException e) when (e.IsDamage)
            {
                // They would be handed out for ever, and hold up the days after this one.
                _outbox.Pass(day, e.Message);
            }
        }
    }

    public override Task<Backlog> MeasureUnqueuedAsync(CancellationToken cancel) => Task.FromResult(_outbox.Measure());

    public override async Task<string?> FindTroubleAsync(CancellationToken cancel)
    {
        var now = _time.GetUtcNow();
        try
        {
            await _commits.RunAsync(
                _days.Get(DateOnly.FromDateTime(now.UtcDateTime)),
                writer => writer.Execute("insert or replace into probe (key, at) values (1, $1)", Timestamp(now)),
                cancel);
            return null;
        }
        catch (StorageRefusedException e)
        {
            return e.Message;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _commits.DisposeAsync();
        _days.Dispose();
    }

    internal static string Timestamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    internal static DateTimeOffset ParseTimestamp(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>Deletes the files of earlier days from which the last crash was removed.</summary>
    async Task RetireAsync(IEnumerable<DateOnly> emptied)
    {
        List<DateOnly> over;
        lock (_emptied)
        {
            _emptied.UnionWith(emptied);
            if (_time.GetElapsedTime(_retired) < RetireEvery)
                return;

            _retired = _time.GetTimestamp();
            var today = DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime);
            over = [.. _emptied.Where(day => day < today)];
        }

        foreach (var day in over)
        {
            if (!await TryRetireAsync(day))
                continue;

            lock (_emptied)
                _emptied.Remove(day);
        }
    }

    async Task<bool> TryRetireAsync(DateOnly day)
    {
        try
        {
            return await _commits.RunAloneAsync(_days.Get(day), () => _days.TryRetire(day));
        }
        catch (StorageRefusedException)
        {
            // What was removed is removed; a file that cannot be read stays for somebody to look at.
            return true;
        }
    }

    static RawCrash? FindRaw(SqliteConnection connection, CrashId id) =>
        FindValue(connection, "select raw_length, raw from crash where id = @id", id) is { } json
            ? RawCrashDocument.Read(json)
            : null;

    static ProcessedCrash? FindProcessed(SqliteConnection connection, CrashId id) =>
        FindValue(connection, "select length, document from processed where id = @id", id) is { } json
            ? new(id, json)
            : null;

    static byte[]? FindValue(SqliteConnection connection, string sql, CrashId id)
    {
        var (length, frame) = connection.QueryFirstOrDefault<(long, byte[]?)>(sql, new { id = id.ToString() });
        return frame is null ? null : Zstd.Decompress([frame], length);
    }

    static ReadOnlyMemory<byte>? FindDump(SqliteConnection connection, CrashId id, string name)
    {
        const string Dump = """
            select length, first_chunk as FirstChunk, first_chunk + chunks as EndChunk from dump
            where crash = (select key from crash where id = @id) and name = @name
            """;
        const string Chunks = "select bytes from chunk where key >= @FirstChunk and key < @EndChunk order by key";

        if (connection.QueryFirstOrDefault<DumpRow>(Dump, new { id = id.ToString(), name }) is not { } dump)
            return null;

        var chunks = connection.Query<byte[]>(Chunks, dump, buffered: false);
        return Zstd.Decompress(chunks.Select(chunk => (ReadOnlyMemory<byte>)chunk), dump.Length);
    }

    static long? FindKey(SqliteConnection connection, CrashId id) =>
        connection.QueryFirstOrDefault<long?>("select key from crash where id = @id", new { id = id.ToString() });

    static List<(long Key, string Id)> ListPageBefore(SqliteConnection connection, long last) =>
        [.. connection.Query<(long, string)>(
            "select key, id from crash where key < @last order by key desc limit @ListPage", new { last, ListPage })];

    // Both sides are read from the indexes of their ids alone; a deferred crash has a 1 before its day.
    static List<string> ListUnprocessedAfter(SqliteConnection connection, string last)
    {
        const string Unprocessed = """
            select id from crash
            where id > @last and substr(id, 30, 1) = '0'
                and not exists (select 1 from processed where processed.id = crash.id)
                and not exists (select 1 from unqueued where unqueued.crash = crash.key)
            order by id limit @ListPage
            """;

        return connection.Query<string>(Unprocessed, new { last, ListPage }).AsList();
    }

    sealed record DumpRow(long Length, long FirstChunk, long EndChunk);
}
