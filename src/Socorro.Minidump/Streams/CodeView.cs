using System.Globalization;
using System.Text;
using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>The kinds of debug record that a module can carry.</summary>
public enum CodeViewKind
{
    /// <summary>The module carries none.</summary>
    None,

    /// <summary>
    /// RSDS: a program database of Visual C++ 7 and later, and what Breakpad and Crashpad write on macOS.
    /// </summary>
    Pdb70,

    /// <summary>NB10: a program database of Visual C++ 2 to 6.</summary>
    Pdb20,

    /// <summary>BpEL: the build id note of an ELF file.</summary>
    Elf,

    /// <summary>A record of another kind, or one that can't be read.</summary>
    Other,
}

/// <summary>A module's debug record, by which its symbols are found.</summary>
/// <param name="Age">How often the linker wrote the program database again.</param>
/// <param name="BuildId">The GUID in file order, or the ELF build id; empty for others.</param>
/// <param name="Path">The program database, as the linker knew it.</param>
public sealed record CodeView(
    CodeViewKind Kind, Guid Guid, uint Signature, uint Age, ReadOnlyMemory<byte> BuildId, string Path)
{
    const uint Rsds = 0x53445352;
    const uint Nb10 = 0x3031424e;
    const uint BpEl = 0x4270454c;

    static readonly CodeView None = new(CodeViewKind.None, default, 0, 0, default, "");

    /// <summary>
    /// The identifier under which Breakpad's tools file symbols: 32 upper-case digits and the age in lower case. Null
    /// when there is none or it is all zero.
    /// </summary>
    public string? DebugId => Kind switch
    {
        CodeViewKind.Pdb70 when Guid != default => $"{Upper(Guid)}{Age:x}",
        CodeViewKind.Pdb20 when Signature != 0 => $"{Signature:X8}{Age:x}",
        CodeViewKind.Elf when BuildId.Span.ContainsAnyExcept((byte)0) => $"{Upper(GuidOfBuildId())}0",
        _ => null,
    };

    /// <summary>The record that a debug id in Breakpad's form comes from; the rest of a longer build id is not known.</summary>
    internal static CodeView OfDebugId(ReadOnlySpan<byte> id)
    {
        const int guidDigits = 32;
        return id.Length > guidDigits && Guid.TryParseExact(Encoding.ASCII.GetString(id[..guidDigits]), "N", out var guid)
            ? new(CodeViewKind.Elf, default, 0, 0, guid.ToByteArray(), "")
            : None;
    }

    internal static CodeView Read(DumpFile file, Location location, string where)
    {
        if (location.Size == 0)
            return None;
        if (!file.TrySlice(location, out var record) || record.Length < 4)
        {
            file.Problems.Add(where, "has a debug record that does not lie inside the file");
            return None;
        }

        if (record.Length > file.Limits.MaxDebugRecord)
        {
            file.Problems.Add(where, $"has a debug record of {record.Length} bytes, which was cut");
            record = record[..file.Limits.MaxDebugRecord];
        }

        var fields = new Fields(record.Span, file.Header.BigEndian);
        return fields.UInt32(0) switch
        {
            Rsds when fields.Has(0, 24) => new(
                CodeViewKind.Pdb70,
                fields.Guid(4),
                0,
                fields.UInt32(20),
                record.Slice(4, 16),
                Text(file, fields.Bytes[24..])),
            Nb10 when fields.Has(0, 16) => new(
                CodeViewKind.Pdb20,
                default,
                fields.UInt32(8),
                fields.UInt32(12),
                default,
                Text(file, fields.Bytes[16..])),
            BpEl => new(CodeViewKind.Elf, default, 0, 0, record[4..], ""),
            _ => None with { Kind = CodeViewKind.Other },
        };
    }

    // Breakpad reads the first bytes of the build id as a Windows GUID, little-endian, whatever the dump's order.
    Guid GuidOfBuildId()
    {
        Span<byte> first = stackalloc byte[16];
        first.Clear();
        BuildId.Span[..Math.Min(BuildId.Length, 16)].CopyTo(first);
        return new(first);
    }

    static string Upper(Guid guid) => guid.ToString("N", CultureInfo.InvariantCulture).ToUpperInvariant();

    static string Text(DumpFile file, ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return file.DecodeUtf8(end < 0 ? bytes : bytes[..end]);
    }
}
