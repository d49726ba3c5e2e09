using Socorro.Access;

namespace Socorro.Storage;

/// <summary>
/// The part of the catalog that knows who may do what. Changes are durable when their calls complete, and other
/// processes of the same catalog see them at once. All members may be called from any thread.
/// </summary>
public abstract class TokenRegistry
{
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
