using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>VS_FIXEDFILEINFO: a module's version, each half of 64 bits as the file has it.</summary>
public readonly record struct FixedFileInfo(
    uint Signature,
    uint StructVersion,
    uint FileVersionHigh,
    uint FileVersionLow,
    uint ProductVersionHigh,
    uint ProductVersionLow)
{
    /// <summary>Whether signature and version of the structure are right; else the numbers mean nothing.</summary>
    public bool IsValid => Signature == 0xfeef04bd && StructVersion == 0x10000;

    internal static FixedFileInfo Read(Fields info) => new(
        info.UInt32(0), info.UInt32(4), info.UInt32(8), info.UInt32(12), info.UInt32(16), info.UInt32(20));

    // Writers of ELF modules have one whole field for each of the four numbers.
    internal string? ToText(OsKind os) => (IsValid, os) switch
    {
        (false, _) => null,
        (_, OsKind.Windows or OsKind.MacOs or OsKind.Ios) => string.Create(
            null,
            $"{FileVersionHigh >> 16}.{FileVersionHigh & 0xffff}.{FileVersionLow >> 16}.{FileVersionLow & 0xffff}"),
        _ => $"{FileVersionHigh}.{FileVersionLow}.{ProductVersionHigh}.{ProductVersionLow}",
    };
}
