using Dapper;
using Microsoft.Data.Sqlite;
using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Engines.Embedded;

/// <summary>The catalog in one SQLite file.</summary>
sealed class SqliteCatalog : Catalog
{
    const string SelectSummaries = """
        select crash.id, submitted_at as submittedAt, signature.text as signature, product, version,
            build_id as buildId, os, reason, address
        from crash join signature on signature.key = crash.signature
        """;

    readonly SqliteFile _file;
    readonly GroupCommit _commits = new("catalog");

    public SqliteCatalog(string path)
    {
        _file = Migrations.Open(path, "Catalog");
        Tokens = new SqliteTokens(_file, _commits);
        Reprocessing = new SqliteReprocessing(_file, _commits);
        Undeclared = new SqliteUndeclared(_file, _commits);
    }

    public override TokenRegistry Tokens { get; }

    public override ReprocessingOrders Reprocessing { get; }

    public override UndeclaredAnnotations Undeclared { get; }

    public override async Task RecordAsync(IReadOnlyList<CrashSummary> crashes, CancellationToken cancel)
    {
        if (crashes.Count == 0)
            return;

        await _commits.RunAsync(
            _file,
            writer =>
            {
                foreach (var crash in crashes)
                    Record(writer, crash);

                return crashes.Count;
            },
            cancel);
    }

    public override Task<IReadOnlyList<CrashSummary>> ListNewestAsync(int most, CancellationToken cancel) =>
        ListAsync($"{SelectSummaries} order by submitted_at desc, crash.key desc limit @most", new { most });

    public override Task<IReadOnlyList<CrashSummary>> ListBySignatureAsync(
        string signature, int skip, int most, CancellationToken cancel) =>
        ListAsync(
            $"""
            {SelectSummaries}
            where crash.signature = (select key from signature where text = @signature)
            order by submitted_at desc, crash.key desc limit @most offset @skip
            """,
            new { signature, skip, most });

    public override Task<SignatureCount?> FindSignatureAsync(string signature, CancellationToken cancel)
    {
        const string Find = """
            select signature.text as signature, count(*) as count, first_seen as firstSeen,
                max(submitted_at) as lastSeen
            from signature join crash on crash.signature = signature.key
            where signature.text = @signature group by signature.key
            """;

        return Task.FromResult(_file.Read(
            connection => connection.QueryFirstOrDefault<SignatureRow>(Find, new { signature })?.ToCount()));
    }

    public override Task<IReadOnlyList<SignatureCount>> ListTopSignaturesAsync(
        DateTimeOffset since, int most, CancellationToken cancel)
    {
        const string Top = """
            select signature.text as signature, top.count, first_seen as firstSeen, top.last as lastSeen
            from (
                select signature, count(*) as count, max(submitted_at) as last from crash
                where submitted_at >= @since group by signature order by 2 desc, 3 desc limit @most
            ) as top
            join signature on signature.key = top.signature
            order by top.count desc, top.last desc
            """;

        var rows = _file.Read(connection => connection.Query<SignatureRow>(
            Top, new { since = since.ToUnixTimeMilliseconds(), most }));
        return Task.FromResult<IReadOnlyList<SignatureCount>>([.. rows.Select(row => row.ToCount())]);
    }

    public override Task<long> CountAsync(DateTimeOffset since, CancellationToken cancel) =>
        Task.FromResult(_file.Read(connection => connection.ExecuteScalar<long>(
            "select count(*) from crash where submitted_at >= @since",
            new { since = since.ToUnixTimeMilliseconds() })));

    public override async ValueTask DisposeAsync()
    {
        await _commits.DisposeAsync();
        _file.Dispose();
    }

    static void Record(SqliteWriter writer, CrashSummary crash)
    {
        const string Sign = """
            insert into signature (text, first_seen) values ($1, $2)
            on conflict (text) do update set first_seen = min(first_seen, excluded.first_seen) returning key
            """;
        const string Put = """
            insert into crash (id, submitted_at, signature, product, version, build_id, os, reason, address)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict (id) do update set
                submitted_at = excluded.submitted_at, signature = excluded.signature, product = excluded.product,
                version = excluded.version, build_id = excluded.build_id, os = excluded.os, reason = excluded.reason,
                address = excluded.address
            """;

        var before = writer.Find(
            "select signature, submitted_at from crash where id = $1",
            row => new Placement(row.GetInt64(0), row.GetInt64(1)),
            crash.Id.ToString());
        var now = new Placement(
            writer.Insert(Sign, crash.Signature, crash.SubmittedAt.ToUnixTimeMilliseconds()),
            crash.SubmittedAt.ToUnixTimeMilliseconds());
        writer.Execute(
            Put, crash.Id.ToString(), now.SubmittedAt, now.Signature, crash.Product, crash.Version, crash.BuildId,
            crash.Os, crash.Reason, crash.Address);
        if (before is not null && before != now)
            Leave(writer, before);
    }

    // A signature that its first crash has left is seen since its next one; left by its only crash, it was never seen.
    static void Leave(SqliteWriter writer, Placement before)
    {
        const string Correct = """
            update signature
            set first_seen = (select min(submitted_at) from crash where crash.signature = signature.key)
            where key = $1 and first_seen = $2 and exists (select 1 from crash where signature = $1)
            """;
        const string Remove =
            "delete from signature where key = $1 and not exists (select 1 from crash where signature = $1)";

        writer.Execute(Correct, before.Signature, before.SubmittedAt);
        writer.Execute(Remove, before.Signature);
    }

    Task<IReadOnlyList<CrashSummary>> ListAsync(string sql, object values)
    {
        var rows = _file.Read(connection => connection.Query<SummaryRow>(sql, values));
        return Task.FromResult<IReadOnlyList<CrashSummary>>([.. rows.Select(row => row.ToSummary())]);
    }

    static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    sealed record Placement(long Signature, long SubmittedAt);

    // Rows are mapped by property: SQLite gives the columns of an expression another type when there is no row.
    sealed record SignatureRow
    {
        public required string Signature { get; init; }

        public required long Count { get; init; }

        public required long FirstSeen { get; init; }

        public required long LastSeen { get; init; }

        public SignatureCount ToCount() => new(Signature, Count, Time(FirstSeen), Time(LastSeen));
    }

    sealed record SummaryRow(
        string Id,
        long SubmittedAt,
        string Signature,
        string Product,
        string Version,
        string BuildId,
        string Os,
        string Reason,
        string Address)
    {
        public CrashSummary ToSummary() => new()
        {
            Id = CrashId.Parse(Id),
            SubmittedAt = Time(SubmittedAt),
            Signature = Signature,
            Product = Product,
            Version = Version,
            BuildId = BuildId,
            Os = Os,
            Reason = Reason,
            Address = Address,
        };
    }
}
