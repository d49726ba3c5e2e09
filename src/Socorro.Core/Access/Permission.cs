namespace Socorro.Access;

/// <summary>What somebody may do beyond reading the public part of crashes, which everyone may.</summary>
[Flags]
public enum Permission
{
    None = 0,

    /// <summary>Read what is protected or not declared.</summary>
    ViewProtected = 1,

    /// <summary>Download dumps and the other files of a crash.</summary>
    ViewRawDumps = 2,

    /// <summary>Have crashes processed again.</summary>
    Reprocess = 4,

    /// <summary>Change how the server works, such as its signature lists.</summary>
    Administer = 8,

    All = ViewProtected | ViewRawDumps | Reprocess | Administer,
}

/// <summary>A permission as it is written and told; the names are those that tools of the field know.</summary>
/// <param name="Permission">One permission.</param>
/// <param name="Name">For the command line and the database.</param>
/// <param name="Title">For people, in error texts as well.</param>
public sealed record PermissionName(Permission Permission, string Name, string Title)
{
    public static readonly IReadOnlyList<PermissionName> All =
    [
        new(Permission.ViewProtected, "view_pii", "View Personal Identifiable Information"),
        new(Permission.ViewRawDumps, "view_rawdump", "View Raw Dumps"),
        new(Permission.Reprocess, "reprocess_crashes", "Reprocess Crashes"),
        new(Permission.Administer, "administer", "Administer"),
    ];

    /// <summary>The names of all permissions in a set.</summary>
    public static IEnumerable<PermissionName> Of(Permission permissions) =>
        All.Where(one => permissions.HasFlag(one.Permission));

    /// <summary>Null when no permission has that name.</summary>
    public static Permission? Find(string name) => All.FirstOrDefault(one => one.Name == name)?.Permission;
}
