namespace Socorro.Access;

/// <summary>What is known of a token. Its secret is not: only who was given it has that.</summary>
public sealed record AccessToken
{
    /// <summary>Never given to another token, not even after this one was removed.</summary>
    public required long Key { get; init; }

    /// <summary>Whose it is, or what for; unique.</summary>
    public required string Name { get; init; }

    public required Permission Permissions { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it stops to work; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was last used, to within an hour; null when it never was.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now;

    public Reader ToReader() => new(Name, Permissions);
}
