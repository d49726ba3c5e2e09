namespace Socorro.Minidumps.Format;

/// <summary>One line of the dump's directory, of a type that we know or not.</summary>
public readonly record struct StreamEntry(StreamType Type, Location Location)
{
    /// <summary>The stream's name in its specification, or its number in hexadecimal.</summary>
    public string Name => Enum.IsDefined(Type) ? Type.ToString() : $"0x{(uint)Type:x8}";

    /// <summary>Who defined the type.</summary>
    public string Vendor => ((uint)Type >> 16) switch
    {
        0 => "Official",
        0x4767 => "Google Extension",
        0x4350 => "Crashpad Extension",
        0x4b6b => "Chromium Extension",
        0x4d7a => "Mozilla Extension",
        _ => "Unknown Extension",
    };
}
