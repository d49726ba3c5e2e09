using Socorro.Access;

namespace Socorro.Storage;

/// <summary>
/// The part of the catalog that knows who may do what. Changes are durable when their calls complete, and other
/// processes of the same catalog see them at once. All members may be called from any thread.
/// </summary>
public abstract class TokenRegistry
{
    /// <summary>Makes a token and tells its secret, which nobody can tell again; null when its name is taken.</summary>
    /// <param name="name">Whose it is, or what for.</param>
    /// <param name="permissions">What it permits.</param>
    /// <param name="now">The time.</param>
    /// <param name="life">How long it works; null for ever.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<string?> IssueAsync(
        string name, Permission permissions, DateTimeOffset now, TimeSpan? life, CancellationToken cancel)
    {
        var secret = TokenSecret.Create();
        var token = new AccessToken
        {
            Key = 0,
            Name = name,
            Permissions = permissions,
            CreatedAt = now,
            ExpiresAt = now + life,
        };
        return await AddAsync(token, TokenSecret.Hash(secret), cancel) is null ? null : secret;
    }

    /// <summary>Adds a token, whose key is the registry's to choose; null when its name is taken.</summary>
    /// <param name="token">The token.</param>
    /// <param name="hash">Of its secret.</param>
    /// <param name="cancel">Cancels.</param>
    public abstract Task<AccessToken?> AddAsync(AccessToken token, ReadOnlyMemory<byte> hash, CancellationToken cancel);

    /// <summary>All tokens by name.</summary>
    public abstract Task<IReadOnlyList<AccessToken>> ListAsync(CancellationToken cancel);

    /// <summary>The token whose secret has this hash, expired or not; null when there is none.</summary>
    public abstract Task<AccessToken?> FindAsync(ReadOnlyMemory<byte> hash, CancellationToken cancel);

    /// <summary>The token of this key, expired or not; null when there is none, or none any more.</summary>
    public abstract Task<AccessToken?> FindAsync(long key, CancellationToken cancel);

    /// <summary>Removes a token; false when there is none of that name.</summary>
    public abstract Task<bool> RemoveAsync(string name, CancellationToken cancel);

    /// <summary>Notes that a token was used.</summary>
    public abstract Task NoteUseAsync(long key, DateTimeOffset at, CancellationToken cancel);

    /// <summary>32 secret random bytes that sign the sessions of browsers: made once, then the same for ever.</summary>
    public abstract Task<ReadOnlyMemory<byte>> GetSessionKeyAsync(CancellationToken cancel);
}
