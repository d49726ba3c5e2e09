namespace Socorro.Minidumps.Streams;

/// <summary>The operating systems that dumps come from.</summary>
public enum OsKind
{
    /// <summary>Not told, or a system without a name here.</summary>
    Unknown,

    /// <summary>Any Windows.</summary>
    Windows,

    /// <summary>macOS.</summary>
    MacOs,

    /// <summary>iOS.</summary>
    Ios,

    /// <summary>Linux, other than Android.</summary>
    Linux,

    /// <summary>Solaris.</summary>
    Solaris,

    /// <summary>Android.</summary>
    Android,

    /// <summary>PlayStation 3.</summary>
    Ps3,

    /// <summary>Chromium's Native Client.</summary>
    NaCl,

    /// <summary>Fuchsia.</summary>
    Fuchsia,
}

static class OsKinds
{
    public static OsKind FromPlatformId(uint platformId) => platformId switch
    {
        1 or 2 or 3 or 4 => OsKind.Windows,
        0x8101 => OsKind.MacOs,
        0x8102 => OsKind.Ios,
        0x8201 => OsKind.Linux,
        0x8202 => OsKind.Solaris,
        0x8203 => OsKind.Android,
        0x8204 => OsKind.Ps3,
        0x8205 => OsKind.NaCl,
        0x8206 => OsKind.Fuchsia,
        _ => OsKind.Unknown,
    };

    public static string? NameOf(OsKind os) => os switch
    {
        OsKind.Windows => "Windows NT",
        OsKind.MacOs => "Mac OS X",
        OsKind.Ios => "iOS",
        OsKind.Linux => "Linux",
        OsKind.Solaris => "Solaris",
        OsKind.Android => "Android",
        OsKind.Ps3 => "PS3",
        OsKind.NaCl => "NaCl",
        OsKind.Fuchsia => "Fuchsia",
        _ => null,
    };
}
