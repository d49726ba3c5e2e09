using System.Diagnostics.CodeAnalysis;
using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Images;

/// <summary>A part of an ELF file, by its section header.</summary>
readonly record struct ElfSection(uint Name, uint Type, ulong Flags, ulong Address, ulong Offset, ulong Size, uint Link)
{
    /// <summary>A header and packed bytes stand in place of the section's own.</summary>
    public const ulong Compressed = 0x800;

    /// <summary>It takes room in memory and none in the file.</summary>
    public const uint NoBits = 8;
}

/// <summary>A part of an ELF file, by its program header.</summary>
readonly record struct ElfPart(uint Type, ulong Offset, ulong Address, ulong FileSize, ulong MemorySize);

/// <summary>
/// The headers of an ELF file (System V ABI, chapters 4 and 5). What is wrong in them leaves parts out; only what is no ELF
/// file of a known processor at all is refused.
/// </summary>
sealed class ElfFile
{
    public const uint Load = 1;
    public const uint Dynamic = 2;
    public const uint Note = 4;
    public const uint EhFrameHeader = 0x6474e550;
    public const uint ArmExceptions = 0x70000001;

    /// <summary>More headers than any file has.</summary>
    const int MaxHeaders = 65_535;

    const int MaxParts = 1024;

    ElfFile(CpuTraits cpu, bool bigEndian)
    {
        Cpu = cpu;
        BigEndian = bigEndian;
    }

    public CpuTraits Cpu { get; }

    public bool BigEndian { get; }

    public bool Is64Bit { get; private init; }

    public IReadOnlyList<ElfPart> Parts { get; private set; } = [];

    public IReadOnlyList<ElfSection> Sections { get; private set; } = [];

    /// <summary>Which section holds the names of sections.</summary>
    public int NamesSection { get; private init; }

    /// <summary>The address that the first byte of the file was linked for, to which the module's base corresponds.</summary>
    public ulong Base { get; private set; }

    public ulong Entry { get; private init; }

    /// <summary>Reads the headers. Of an image in memory the section headers are not there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, bool withSections, [NotNullWhen(true)] out ElfFile? file)
    {
        file = null;
        if (bytes.Length < 52 || bytes is not [0x7f, (byte)'E', (byte)'L', (byte)'F', 1 or 2, 1 or 2, ..])
            return false;

        var (is64, bigEndian) = (bytes[4] == 2, bytes[5] == 2);
        var cursor = new ByteCursor(bytes, bigEndian);
        cursor.Seek(18);
        var machine = cursor.U16();
        if (FindCpu(machine, is64) is not { } cpu)
            return false;

        var word = is64 ? 8 : 4;
        cursor.Seek(24);
        var entry = cursor.Number(word);
        var partsAt = cursor.Number(word);
        var sectionsAt = cursor.Number(word);
        cursor.Skip(6);
        var (partSize, partCount) = (cursor.U16(), cursor.U16());
        var (sectionSize, sectionCount, names) = (cursor.U16(), cursor.U16(), cursor.U16());
        if (cursor.IsBroken)
            return false;

        file = new(cpu, bigEndian) { Is64Bit = is64, Entry = entry, NamesSection = names };
        file.ReadParts(bytes, partsAt, partSize, partCount);
        if (withSections)
            file.ReadSections(bytes, sectionsAt, sectionSize, sectionCount);
        return true;
    }

    void ReadParts(ReadOnlySpan<byte> bytes, ulong at, int size, int count)
    {
        var parts = new List<ElfPart>();
        var cursor = new ByteCursor(bytes, BigEndian);
        for (var i = 0; i < Math.Min(count, MaxParts) && size >= (Is64Bit ? 56 : 32); i++)
        {
            cursor.Seek(at + (ulong)(i * size));
            var type = cursor.U32();
            if (Is64Bit)
                cursor.Skip(4);
            var word = Is64Bit ? 8 : 4;
            var (offset, address) = (cursor.Number(word), cursor.Number(word));
            cursor.Skip((ulong)word);
            var part = new ElfPart(type, offset, address, cursor.Number(word), cursor.Number(word));
            if (cursor.IsBroken)
                break;

            parts.Add(part);
        }

        Parts = parts;
        const ulong page = 4096;
        var lowest = parts.Where(part => part.Type == Load).Select(part => part.Address).DefaultIfEmpty().Min();
        Base = lowest - lowest % page;
    }

    void ReadSections(ReadOnlySpan<byte> bytes, ulong at, int size, int count)
    {
        var sections = new List<ElfSection>();
        var cursor = new ByteCursor(bytes, BigEndian);
        for (var i = 0; at != 0 && i < Math.Min(count, MaxHeaders) && size >= (Is64Bit ? 64 : 40); i++)
        {
            cursor.Seek(at + (ulong)(i * size));
            var word = Is64Bit ? 8 : 4;
            var (name, type) = (cursor.U32(), cursor.U32());
            var flags = cursor.Number(word);
            var section = new ElfSection(
                name, type, flags, cursor.Number(word), cursor.Number(word), cursor.Number(word), cursor.U32());
            if (cursor.IsBroken)
                break;

            sections.Add(section);
        }

        Sections = sections;
    }

    static CpuTraits? FindCpu(ushort machine, bool is64) => (machine, is64) switch
    {
        (3, false) => CpuTraits.Find(CpuKind.X86),
        (62, true) => CpuTraits.Find(CpuKind.Amd64),
        (40, false) => CpuTraits.Find(CpuKind.Arm),
        (183, true) => CpuTraits.Find(CpuKind.Arm64),
        (8, false) => CpuTraits.Find(CpuKind.Mips),
        (8, true) => CpuTraits.Find(CpuKind.Mips64),
        (243, false) => CpuTraits.Find(CpuKind.RiscV),
        (243, true) => CpuTraits.Find(CpuKind.RiscV64),
        _ => null,
    };
}
