namespace Socorro.Access;

/// <summary>Somebody asked for what takes a permission he does not have. Whoever speaks with him tells him so.</summary>
public sealed class PermissionMissingException(Permission permission) : Exception($"{permission} is missing")
{
    public Permission Permission { get; } = permission;
}
