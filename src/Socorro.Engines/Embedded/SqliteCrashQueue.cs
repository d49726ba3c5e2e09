using Dapper;
using Microsoft.Data.Sqlite;
using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Engines.Embedded;

/// <summary>The queue in one SQLite file, which several processes of one machine may share.</summary>
sealed class SqliteCrashQueue : CrashQueue
{
    // How soon a crash is noticed that another process has published.
    static readonly TimeSpan PollEvery = TimeSpan.FromSeconds(1);

    // A retry that seems to be further away was dated by a clock that ran ahead.
    const long MaxRetryDelay = 60 * 60 * 1000;

    readonly SqliteFile _file;
    readonly Presence _presence;
    readonly TimeProvider _time;
    readonly GroupCommit _commits = new("crash queue");
    readonly Lock _clock = new();
    TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _setTo;
    long _setAt;

    SqliteCrashQueue(SqliteFile file, Presence presence, TimeProvider time)
    {
        _file = file;
        _presence = presence;
        _time = time;
        _setAt = time.GetTimestamp();
    }

    /// <summary>Opens or makes a queue, and frees what the workers of dead processes had leased.</summary>
    /// <param name="path">The database file.</param>
    /// <param name="running">The folder in which the processes that share the queue show that they are alive.</param>
    /// <param name="time">Tells when leases run out.</param>
    /// <param name="cancel">Stops waiting; the queue stays open until its process ends.</param>
    /// <exception cref="StorageRefusedException">The file cannot be used.</exception>
    public static async Task<SqliteCrashQueue> OpenAsync(
        string path, string running, TimeProvider time, CancellationToken cancel)
    {
        var queue = new SqliteCrashQueue(Migrations.Open(path, "Queue"), new(running), time);
        await queue._commits.RunAsync(queue._file, queue.Recover, cancel);
        return queue;
    }

    public override async Task PublishAsync(
        Lane lane, IReadOnlyList<CrashId> ids, string? why, CancellationToken cancel)
    {
        // A lease is revoked when its crash shall be processed again: its worker may have begun under the old rules.
        const string Publish = """
            insert into waiting (id, lane, ready_at, entered_at, is_reprocessing, why) values ($1, $2, $3, $3, $4, $5)
            on conflict (id) do update set
                lane = min(lane, excluded.lane),
                ready_at = iif(
                    iif(token is null, lane > excluded.lane, excluded.is_reprocessing), excluded.ready_at, ready_at),
                entered_at = iif(lane > excluded.lane, excluded.entered_at, entered_at),
                attempts = iif(lane = 3, 0, attempts),
                is_reprocessing = max(is_reprocessing, excluded.is_reprocessing),
                token = iif(excluded.is_reprocessing, null, token),
                why = coalesce(excluded.why, why)
            """;

        if (ids.Count == 0)
            return;

        var now = Now();
        var isReprocessing = lane == Lane.Reprocessing;
        await _commits.RunAsync(
            _file,
            writer => ids.Sum(id => writer.Execute(Publish, id.ToString(), (int)lane, now, isReprocessing, why)),
            cancel);
        Interlocked.Exchange(ref _arrival, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    public override async Task<IReadOnlyList<Lease>> LeaseAsync(
        int most, TimeSpan duration, CancellationToken cancel)
    {
        var now = Now();
        if (most <= 0 || !_file.Read(connection => IsAnyReady(connection, now)))
            return [];

        var until = now + (long)duration.TotalMilliseconds;
        return await _commits.RunAsync(_file, writer => Lease(writer, most, now, until), cancel);
    }

    public override async Task WaitAsync(TimeSpan atMost, CancellationToken cancel)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            var arrival = Volatile.Read(ref _arrival).Task;
            var left = atMost - _time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero || _file.Read(connection => IsAnyReady(connection, Now())))
                return;

            var pause = left < PollEvery ? left : PollEvery;
            await Task.WhenAny(arrival, Task.Delay(pause, _time, cancel));
            cancel.ThrowIfCancellationRequested();
        }
    }

    public override async Task<bool> ExtendAsync(Lease lease, TimeSpan duration, CancellationToken cancel)
    {
        const string Extend = "update waiting set ready_at = $3 where id = $1 and token = $2";

        var until = Now() + (long)duration.TotalMilliseconds;
        var changed = await _commits.RunAsync(
            _file, writer => writer.Execute(Extend, lease.Id.ToString(), lease.Token.ToString("N"), until), cancel);
        return changed == 1;
    }

    public override async Task CompleteAsync(IReadOnlyList<Lease> leases, CancellationToken cancel)
    {
        const string Complete = "delete from waiting where id = $1 and token = $2";

        await _commits.RunAsync(
            _file,
            writer => leases.Sum(
                lease => writer.Execute(Complete, lease.Id.ToString(), lease.Token.ToString("N"))),
            cancel);
    }

    public override async Task RetryAsync(Lease lease, TimeSpan delay, string reason, CancellationToken cancel)
    {
        const string Retry = "update waiting set ready_at = $3, error = $4, token = null where id = $1 and token = $2";

        var readyAt = Now() + (long)delay.TotalMilliseconds;
        await _commits.RunAsync(
            _file,
            writer => writer.Execute(Retry, lease.Id.ToString(), lease.Token.ToString("N"), readyAt, reason),
            cancel);
    }

    public override async Task ParkAsync(Lease lease, string reason, CancellationToken cancel)
    {
        const string Park =
            "update waiting set lane = 3, ready_at = $3, error = $4, token = null where id = $1 and token = $2";

        var now = Now();
        await _commits.RunAsync(
            _file, writer => writer.Execute(Park, lease.Id.ToString(), lease.Token.ToString("N"), now, reason), cancel);
    }

    public override async Task SetAsideAsync(CrashId id, string reason, CancellationToken cancel)
    {
        const string SetAside = """
            insert into waiting (id, lane, ready_at, entered_at, error) values ($1, 3, $2, $2, $3)
            on conflict (id) do update set lane = 3, ready_at = excluded.ready_at, error = excluded.error
            where token is null
            """;

        var now = Now();
        await _commits.RunAsync(_file, writer => writer.Execute(SetAside, id.ToString(), now, reason), cancel);
    }

    public override Task<IReadOnlyList<CrashId>> FindAbsentAsync(IReadOnlyList<CrashId> ids, CancellationToken cancel)
    {
        const string Present = "select id from waiting where id in @page";

        var present = ids.Chunk(500).SelectMany(page => _file.Read(connection =>
            connection.Query<string>(Present, new { page = page.Select(id => id.ToString()) }).AsList())).ToHashSet();
        return Task.FromResult<IReadOnlyList<CrashId>>([.. ids.Where(id => !present.Contains(id.ToString()))]);
    }

    public override Task<IReadOnlyList<ParkedCrash>> ListParkedAsync(int most, CancellationToken cancel)
    {
        const string ListParked = """
            select id, attempts, error, ready_at as parkedAt from waiting
            where lane = 3 order by ready_at desc, key desc limit @most
            """;

        var rows = _file.Read(
            connection => connection.Query<(string Id, int Attempts, string Error, long At)>(ListParked, new { most }));
        return Task.FromResult<IReadOnlyList<ParkedCrash>>(
            [.. rows.Select(row => new ParkedCrash(CrashId.Parse(row.Id), row.Attempts, row.Error, Time(row.At)))]);
    }

    public override Task<IReadOnlyList<LaneDepth>> MeasureAsync(CancellationToken cancel)
    {
        var now = Now();
        return Task.FromResult<IReadOnlyList<LaneDepth>>(
            _file.Read(connection => Enum.GetValues<Lane>().Select(lane => Measure(connection, lane, now)).ToList()));
    }

    public override async ValueTask DisposeAsync()
    {
        await _commits.DisposeAsync();
        _file.Dispose();
        _presence.Dispose();
    }

    static bool IsAnyReady(SqliteConnection connection, long now) => connection.ExecuteScalar<bool>(
        """
        select exists (select 1 from waiting where lane = 0 and ready_at <= @now)
            or exists (select 1 from waiting where lane = 1 and ready_at <= @now)
            or exists (select 1 from waiting where lane = 2 and ready_at <= @now)
        """,
        new { now });

    List<Lease> Lease(SqliteWriter writer, int most, long now, long until)
    {
        const string Take = """
            select key, id, attempts, is_reprocessing, why from waiting
            where lane = $1 and ready_at <= $2 order by ready_at, key limit $3
            """;
        const string Mark = """
            update waiting set ready_at = $2, token = $3, owner = $4, attempts = attempts + 1 where key = $1
            """;

        var leases = new List<Lease>();
        foreach (var lane in Enum.GetValues<Lane>())
        {
            var rows = writer.List(
                Take,
                row => (Key: row.GetInt64(0), Lease: new Lease(
                    CrashId.Parse(row.GetString(1)), lane, row.GetInt32(2) + 1, Guid.NewGuid())
                {
                    IsReprocessing = row.GetBoolean(3),
                    Why = row.IsDBNull(4) ? null : row.GetString(4),
                }),
                (int)lane, now, most - leases.Count);
            foreach (var (key, lease) in rows)
                writer.Execute(Mark, key, until, lease.Token.ToString("N"), _presence.Name);

            leases.AddRange(rows.Select(row => row.Lease));
            if (leases.Count == most)
                break;
        }

        return leases;
    }

    static LaneDepth Measure(SqliteConnection connection, Lane lane, long now)
    {
        const string Depth = """
            select
                (select count(*) from waiting where lane = @lane) as entered,
                (select count(*) from waiting
                    where lane = @lane and attempts > 0 and token is not null and ready_at > @now) as leased,
                (select entered_at from waiting
                    where lane = @lane and attempts = 0 order by ready_at limit 1) as untried,
                (select entered_at from waiting
                    where lane = @lane and attempts > 0 and (token is null or ready_at <= @now)
                    order by entered_at limit 1) as tried
            """;

        var (entered, leased, untried, tried) =
            connection.QuerySingle<(long, long, long?, long?)>(Depth, new { lane = (int)lane, now });
        var oldest = Math.Min(untried ?? long.MaxValue, tried ?? long.MaxValue);
        return new(lane, entered - leased, leased, entered == leased ? null : Time(oldest));
    }

    static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    /// <summary>Frees the leases of dead processes, and what a clock that ran ahead has put into the future.</summary>
    int Recover(SqliteWriter writer)
    {
        const string Ahead = """
            update waiting set ready_at = $1
            where lane in (0, 1, 2) and token is null and ready_at > iif(attempts = 0, $1, $1 + $2)
            """;
        const string Owners = "select distinct owner from waiting where attempts > 0 and token is not null";
        const string Free = """
            update waiting set token = null, ready_at = $2 where attempts > 0 and token is not null and owner is $1
            """;

        var now = Now();
        writer.Execute(Ahead, now, MaxRetryDelay);
        var owners = writer.List(Owners, row => row.IsDBNull(0) ? null : row.GetString(0));
        return owners
            .Where(owner => owner is null || !_presence.IsAlive(owner))
            .Sum(owner => writer.Execute(Free, owner, now));
    }

    // Goes on evenly when the clock is set back: what was published before would wait until the clock had caught up.
    long Now()
    {
        lock (_clock)
        {
            var at = _time.GetTimestamp();
            var clock = _time.GetUtcNow().ToUnixTimeMilliseconds();
            var even = _setTo + (long)_time.GetElapsedTime(_setAt, at).TotalMilliseconds;
            if (clock < even)
                return even;

            (_setTo, _setAt) = (clock, at);
            return clock;
        }
    }
}
