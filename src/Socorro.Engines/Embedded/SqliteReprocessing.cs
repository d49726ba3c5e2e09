using Dapper;
using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Engines.Embedded;

/// <summary>The catalog's reprocessing orders, in its file and written by its thread.</summary>
sealed class SqliteReprocessing(SqliteFile file, GroupCommit commits) : ReprocessingOrders
{
    const int Arriving = 0;
    const int ArrivalBatch = 5_000;

    static readonly TimeSpan LongestArrival = TimeSpan.FromDays(1);

    const string Select = """
        select key, query, scope, rate, ordered_by as orderedBy, ordered_at as orderedAt, state, changed_at as changedAt,
            total, looked, sent, failed, passed, failure, error
        from reprocessing
        """;

    public override Task<ReprocessingOrder> AddAsync(ReprocessingOrder order, CancellationToken cancel) =>
        InsertAsync(order with { State = ReprocessingState.Open }, StateOf(ReprocessingState.Open), cancel);

    public override async Task<ReprocessingOrder> AddAsync(
        ReprocessingOrder order, IAsyncEnumerable<CrashId> crashes, CancellationToken cancel)
    {
        const string Complete = "update reprocessing set state = 1, total = $2 where key = $1";
        const string CutShort = "update reprocessing set state = -1 where key = $1";

        await ForgetCutShortAsync(order.OrderedAt, cancel);
        var added = await InsertAsync(order with { State = ReprocessingState.Open }, Arriving, cancel);
        var total = 0L;
        try
        {
            await foreach (var batch in crashes.Chunk(ArrivalBatch).WithCancellation(cancel))
            {
                var from = total;
                await commits.RunAsync(file, writer => Put(writer, added.Key, from, batch), cancel);
                total += batch.Length;
            }

            await commits.RunAsync(file, writer => writer.Execute(Complete, added.Key, total), cancel);
        }
        catch
        {
            await commits.RunAsync(file, writer => writer.Execute(CutShort, added.Key), CancellationToken.None);
            throw;
        }

        return added with { Progress = new() { Total = total } };
    }

    public override Task<IReadOnlyList<ReprocessingOrder>> ListAsync(int most, CancellationToken cancel) =>
        ListAsync($"{Select} where state > 0 order by key desc limit @most", new { most });

    public override Task<IReadOnlyList<ReprocessingOrder>> ListOpenAsync(int most, CancellationToken cancel) =>
        ListAsync($"{Select} where state = 1 order by changed_at, key limit @most", new { most });

    public override async Task<ReprocessingOrder?> FindAsync(long key, CancellationToken cancel) =>
        (await ListAsync($"{Select} where state > 0 and key = @key", new { key })).SingleOrDefault();

    public override Task<IReadOnlyList<CrashId>> ListNextAsync(
        ReprocessingOrder order, int most, CancellationToken cancel)
    {
        const string Next = """
            select id from reprocessing_crash where ordered = @Key and position >= @Looked order by position limit @most
            """;

        var ids = file.Read(connection => connection.Query<string>(Next, new { order.Key, order.Progress.Looked, most }));
        return Task.FromResult<IReadOnlyList<CrashId>>([.. ids.Select(CrashId.Parse)]);
    }

    public override Task<bool> AdvanceAsync(
        ReprocessingOrder order, ReprocessingProgress next, DateTimeOffset now, CancellationToken cancel)
    {
        const string Advance = """
            update reprocessing
            set changed_at = $3, total = $4, looked = $5, sent = $6, failed = $7, passed = $8, failure = $9, error = null
            where key = $1 and state = 1 and looked = $2
            """;
        const string Forget = "delete from reprocessing_crash where ordered = $1 and position < $2";

        return commits.RunAsync(
            file,
            writer =>
            {
                var isOurs = writer.Execute(
                    Advance, order.Key, order.Progress.Looked, now.ToUnixTimeMilliseconds(), next.Total, next.Looked,
                    next.Sent, next.Failed, next.Passed?.ToString(), next.Failure) == 1;
                if (isOurs && order.Query is null)
                    writer.Execute(Forget, order.Key, next.Looked);

                return isOurs;
            },
            cancel);
    }

    public override Task NoteErrorAsync(long key, string error, DateTimeOffset now, CancellationToken cancel) =>
        commits.RunAsync(
            file,
            writer => writer.Execute(
                "update reprocessing set error = $2, changed_at = $3 where key = $1 and state = 1",
                key, error, now.ToUnixTimeMilliseconds()),
            cancel);

    public override Task<bool> CloseAsync(
        long key, ReprocessingState state, string? error, DateTimeOffset now, CancellationToken cancel) =>
        commits.RunAsync(
            file,
            writer => writer.Execute(
                "update reprocessing set state = $2, error = $3, changed_at = $4 where key = $1 and state = 1",
                key, StateOf(state), error, now.ToUnixTimeMilliseconds()) == 1,
            cancel);

    public override Task<int> ForgetIdsAsync(int most, CancellationToken cancel)
    {
        const string Forget = """
            delete from reprocessing_crash where (ordered, position) in (
                select ordered, position from reprocessing_crash
                where ordered in (select key from reprocessing where state not in (0, 1)) limit $1)
            """;

        return commits.RunAsync(file, writer => writer.Execute(Forget, most), cancel);
    }

    async Task<ReprocessingOrder> InsertAsync(ReprocessingOrder order, int state, CancellationToken cancel)
    {
        const string Put = """
            insert into reprocessing (query, scope, rate, ordered_by, ordered_at, state, changed_at)
            values ($1, $2, $3, $4, $5, $6, $5) returning key
            """;

        var key = await commits.RunAsync(
            file,
            writer => writer.Insert(
                Put, order.Query, (int)order.Scope, order.Rate, order.OrderedBy, order.OrderedAt.ToUnixTimeMilliseconds(),
                state),
            cancel);
        return order with { Key = key, ChangedAt = order.OrderedAt };
    }

    static int Put(SqliteWriter writer, long order, long from, CrashId[] crashes)
    {
        foreach (var (i, crash) in crashes.Index())
        {
            writer.Execute(
                "insert into reprocessing_crash (ordered, position, id) values ($1, $2, $3)",
                order, from + i, crash.ToString());
        }

        return crashes.Length;
    }

    /// <summary>Nobody knows whether another process still receives the ids of an order, unless it began long ago.</summary>
    Task<int> ForgetCutShortAsync(DateTimeOffset now, CancellationToken cancel) => commits.RunAsync(
        file,
        writer => writer.Execute(
            "update reprocessing set state = -1 where state = 0 and ordered_at < $1",
            (now - LongestArrival).ToUnixTimeMilliseconds()),
        cancel);

    Task<IReadOnlyList<ReprocessingOrder>> ListAsync(string sql, object values)
    {
        var rows = file.Read(connection => connection.Query<OrderRow>(sql, values));
        return Task.FromResult<IReadOnlyList<ReprocessingOrder>>([.. rows.Select(row => row.ToOrder())]);
    }

    static int StateOf(ReprocessingState state) => (int)state + 1;

    sealed record OrderRow
    {
        public required long Key { get; init; }

        public string? Query { get; init; }

        public required long Scope { get; init; }

        public long? Rate { get; init; }

        public required string OrderedBy { get; init; }

        public required long OrderedAt { get; init; }

        public required long State { get; init; }

        public required long ChangedAt { get; init; }

        public long? Total { get; init; }

        public required long Looked { get; init; }

        public required long Sent { get; init; }

        public required long Failed { get; init; }

        public string? Passed { get; init; }

        public string? Failure { get; init; }

        public string? Error { get; init; }

        public ReprocessingOrder ToOrder() => new()
        {
            Key = Key,
            Query = Query,
            Scope = (ReprocessingScope)Scope,
            Rate = (int?)Rate,
            OrderedBy = OrderedBy,
            OrderedAt = DateTimeOffset.FromUnixTimeMilliseconds(OrderedAt),
            State = (ReprocessingState)(State - 1),
            ChangedAt = DateTimeOffset.FromUnixTimeMilliseconds(ChangedAt),
            Progress = new()
            {
                Total = Total,
                Looked = Looked,
                Sent = Sent,
                Failed = Failed,
                Passed = Passed is null ? null : CrashId.Parse(Passed),
                Failure = Failure,
            },
            Error = Error,
        };
    }
}
