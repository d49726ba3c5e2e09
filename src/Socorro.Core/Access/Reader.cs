namespace Socorro.Access;

/// <summary>Who asks for something, and what he may do.</summary>
/// <param name="Name">The name of the token by which he is known; empty for everyone else.</param>
/// <param name="Permissions">All he may do beyond reading what is public.</param>
public sealed record Reader(string Name, Permission Permissions)
{
    /// <summary>Anybody: reads the public part of crashes and does nothing else.</summary>
    public static readonly Reader Anonymous = new("", Permission.None);

    public bool IsAnonymous => Name.Length == 0;

    /// <summary>How others may know him.</summary>
    public string Title => IsAnonymous ? "somebody" : Name;

    /// <summary>Whether he has all of these permissions.</summary>
    public bool May(Permission permissions) => (Permissions & permissions) == permissions;
}
