namespace Socorro.Minidumps.Format;

/// <summary>The first 32 bytes of a dump.</summary>
/// <param name="Version">The low half says that the format is right; the high half is the writer's own.</param>
/// <param name="TimeDateStamp">Seconds since 1970 when the dump was written.</param>
/// <param name="Flags">MINIDUMP_TYPE: what the writer was asked to put in.</param>
/// <param name="BigEndian">Whether everything in the dump is stored with the most significant byte first.</param>
public sealed record MinidumpHeader(
    uint Version,
    uint StreamCount,
    uint StreamDirectoryRva,
    uint Checksum,
    uint TimeDateStamp,
    ulong Flags,
    bool BigEndian)
{
    /// <summary>Bytes of the header.</summary>
    public const int Size = 32;

    const uint Signature = 0x504d444d;

    const ushort FormatVersion = 0xa793;

    /// <summary>When the dump was written, in UTC.</summary>
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeSeconds(TimeDateStamp);

    internal static Refusal? TryRead(ReadOnlySpan<byte> bytes, out MinidumpHeader header)
    {
        header = new(0, 0, 0, 0, 0, 0, false);
        if (bytes.IsEmpty)
            return new("MissingHeader", "The file is empty.");
        if (bytes.Length < 4)
            return new("MissingHeader", $"The file has only {bytes.Length} bytes, too few for a minidump.");

        var bigEndian = bytes is [(byte)'P', (byte)'M', (byte)'D', (byte)'M', ..];
        var fields = new Fields(bytes, bigEndian);
        if (fields.UInt32(0) != Signature)
            return new("HeaderMismatch", "The file is not a minidump: it does not begin with MDMP.");
        if (bytes.Length < Size)
            return new("MissingHeader", $"The minidump is cut short after {bytes.Length} bytes, inside its header.");
        if ((fields.UInt32(4) & 0xffff) != FormatVersion)
            return new("VersionMismatch", $"The minidump claims the unknown format version 0x{fields.UInt32(4):x}.");

        header = new(
            fields.UInt32(4),
            fields.UInt32(8),
            fields.UInt32(12),
            fields.UInt32(16),
            fields.UInt32(20),
            fields.UInt64(24),
            bigEndian);
        return null;
    }
}
