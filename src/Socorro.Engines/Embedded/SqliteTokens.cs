using System.Security.Cryptography;
using Dapper;
using Socorro.Access;
using Socorro.Storage;

namespace Socorro.Engines.Embedded;

/// <summary>The catalog's tokens, in its file and written by its thread.</summary>
sealed class SqliteTokens(SqliteFile file, GroupCommit commits) : TokenRegistry
{
    const string Select = """
        select key, name, permissions, created_at as createdAt, expires_at as expiresAt, last_used_at as lastUsedAt
        from token
        """;

    public override async Task<AccessToken?> AddAsync(
        AccessToken token, ReadOnlyMemory<byte> hash, CancellationToken cancel)
    {
        const string Put = """
            insert into token (name, hash, permissions, created_at, expires_at, last_used_at)
            values ($1, $2, $3, $4, $5, $6) on conflict (name) do nothing returning key
            """;

        var names = string.Join(',', PermissionName.Of(token.Permissions).Select(permission => permission.Name));
        var key = await commits.RunAsync(
            file,
            writer => writer.Find(
                Put,
                row => new Key(row.GetInt64(0)),
                token.Name, hash, names, token.CreatedAt.ToUnixTimeMilliseconds(),
                token.ExpiresAt?.ToUnixTimeMilliseconds(), token.LastUsedAt?.ToUnixTimeMilliseconds()),
            cancel);
        return key is null ? null : token with { Key = key.Value };
    }

    public override Task<IReadOnlyList<AccessToken>> ListAsync(CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<AccessToken>>(
            file.Read(connection => connection.Query<TokenRow>($"{Select} order by name").Select(row => row.ToToken()).ToList()));

    public override Task<AccessToken?> FindAsync(ReadOnlyMemory<byte> hash, CancellationToken cancel) =>
        FindAsync("where hash = @hash", new { hash = hash.ToArray() });

    public override Task<AccessToken?> FindAsync(long key, CancellationToken cancel) =>
        FindAsync("where key = @key", new { key });

    public override Task<bool> RemoveAsync(string name, CancellationToken cancel) => commits.RunAsync(
        file, writer => writer.Execute("delete from token where name = $1", name) > 0, cancel);

    public override Task NoteUseAsync(long key, DateTimeOffset at, CancellationToken cancel) => commits.RunAsync(
        file,
        writer => writer.Execute("update token set last_used_at = $2 where key = $1", key, at.ToUnixTimeMilliseconds()),
        cancel);

    public override async Task<ReadOnlyMemory<byte>> GetSessionKeyAsync(CancellationToken cancel) =>
        FindSessionKey() ?? await commits.RunAsync(
            file,
            writer =>
            {
                // Of two processes that start at once, the first to come here makes the key of both.
                writer.Execute(
                    "insert into session_key (one, value) values (1, $1) on conflict (one) do nothing",
                    RandomNumberGenerator.GetBytes(32));
                return writer.Find("select value from session_key", row => row.GetFieldValue<byte[]>(0))!;
            },
            cancel);

    byte[]? FindSessionKey() =>
        file.Read(connection => connection.QueryFirstOrDefault<byte[]>("select value from session_key"));

    Task<AccessToken?> FindAsync(string condition, object values) => Task.FromResult(file.Read(
        connection => connection.QueryFirstOrDefault<TokenRow>($"{Select} {condition}", values)?.ToToken()));

    static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    sealed record Key(long Value);

    sealed record TokenRow
    {
        public required long Key { get; init; }

        public required string Name { get; init; }

        public required string Permissions { get; init; }

        public required long CreatedAt { get; init; }

        public long? ExpiresAt { get; init; }

        public long? LastUsedAt { get; init; }

        public AccessToken ToToken() => new()
        {
            Key = Key,
            Name = Name,
            // A name that only a newer version knows gives nothing.
            Permissions = Permissions.Split(',')
                .Aggregate(Permission.None, (all, name) => all | (PermissionName.Find(name) ?? Permission.None)),
            CreatedAt = Time(CreatedAt),
            ExpiresAt = ExpiresAt is { } expires ? Time(expires) : null,
            LastUsedAt = LastUsedAt is { } used ? Time(used) : null,
        };
    }
}
