using System.IO.Compression;
using Socorro.Minidumps.Images.Dwarf;
using Socorro.Minidumps.Images.Xz;

namespace Socorro.Minidumps.Images;

/// <summary>Makes images of ELF files and of what a dump's memory holds of them.</summary>
static class ElfImage
{
    const int GnuBuildId = 3;

    /// <summary>Bytes of a note or a small section.</summary>
    const int MaxNote = 1 << 16;

    /// <summary>Null when the bytes are no ELF file of a known processor.</summary>
    /// <param name="debug">The file into which the symbols and debug information of this one were moved; null for none.</param>
    public static ModuleImage? Open(ReadOnlyMemory<byte> bytes, ReadOnlyMemory<byte>? debug = null)
    {
        if (!ElfFile.TryRead(bytes.Span, withSections: true, out var file))
            return null;

        var view = new ImageView(file.Parts
            .Where(part => part.Type == ElfFile.Load && part.Offset < (ulong)bytes.Length)
            .Select(part => new ImageSegment(
                part.Address - file.Base,
                bytes[(int)part.Offset..][..(int)Math.Min(part.FileSize, (ulong)bytes.Length - part.Offset)])));
        var sections = new ElfSections(file, bytes);
        var apart = debug is { } other && ElfFile.TryRead(other.Span, withSections: true, out var debugFile)
            ? new ElfSections(debugFile, other)
            : null;
        UnwindTable?[] tables =
        [
            ReadEhFrame(file, view, sections),
            ReadDebugFrame(sections),
            apart is null ? null : ReadDebugFrame(apart),
            ReadArmExceptions(file, view),
        ];
        var identity = new ImageIdentity(ImageFormat.Elf, FindBuildId(file, view, sections))
        {
            CodeHash = HashCode(sections),
        };
        return new(file.Cpu, identity, view, [.. tables.OfType<UnwindTable>()], () => new(ElfNames.ReadAll([sections, apart, sections.OpenMiniDebug()])));
    }

    /// <summary>Null when the memory holds no ELF header at the module's base.</summary>
    public static ModuleImage? FromMemory(ImageView view)
    {
        if (!ElfFile.TryRead(view.From(0).Span, withSections: false, out var file))
            return null;

        UnwindTable?[] tables = [ReadEhFrame(file, view, null), ReadArmExceptions(file, view)];
        var identity = new ImageIdentity(ImageFormat.Elf, FindBuildId(file, view, null));
        return new(file.Cpu, identity, view, [.. tables.OfType<UnwindTable>()], () => new(ElfNames.ReadDynamic(file, view)));
    }

    static DwarfFrames? ReadEhFrame(ElfFile file, ImageView view, ElfSections? sections)
    {
        var pointer = new DwarfPointer(file.Cpu.PointerSize, file.Base, 0);
        foreach (var part in file.Parts.Where(part => part.Type == ElfFile.EhFrameHeader))
        {
            var rva = part.Address - file.Base;
            var header = view.From(rva);
            var (frames, table) = DwarfSearchTable.Read(header, rva, pointer with { DataBase = rva }, file.BigEndian);
            if (frames is { } at && view.From(at) is { Length: > 0 } bytes)
            {
                return new(
                    file.Cpu,
                    new(bytes, at, isEhFrame: true, file.BigEndian, pointer with { DataBase = rva }),
                    table);
            }
        }

        return sections?.Find(".eh_frame") is { } section && sections.Read(section) is { Length: > 0 } found
            ? new(file.Cpu, new(found, section.Address - file.Base, isEhFrame: true, file.BigEndian, pointer), search: null)
            : null;
    }

    static DwarfFrames? ReadDebugFrame(ElfSections sections)
    {
        var file = sections.File;
        if (sections.Find(".debug_frame") is not { } section || sections.ReadUnpacked(section) is not { Length: > 0 } bytes)
            return null;

        // Its addresses are those that the image was linked for.
        var pointer = new DwarfPointer(file.Cpu.PointerSize, file.Base, 0);
        return new(file.Cpu, new(bytes, 0, isEhFrame: false, file.BigEndian, pointer), search: null);
    }

    static ArmExceptions? ReadArmExceptions(ElfFile file, ImageView view)
    {
        foreach (var part in file.Parts.Where(part => part.Type == ElfFile.ArmExceptions))
        {
            var rva = part.Address - file.Base;
            if (file.Cpu.Kind == Cpu.CpuKind.Arm && view.TryGet(rva, part.MemorySize, out var index))
                return new(file.Cpu, view, index, rva);
        }

        return null;
    }

    static ReadOnlyMemory<byte> FindBuildId(ElfFile file, ImageView view, ElfSections? sections)
    {
        foreach (var part in file.Parts.Where(part => part.Type == ElfFile.Note && part.FileSize <= MaxNote))
        {
            if (view.TryGet(part.Address - file.Base, part.FileSize, out var notes) && FindBuildId(notes, file) is { Length: > 0 } id)
                return id;
        }

        return sections?.Find(".note.gnu.build-id") is { } section ? FindBuildId(sections.Read(section), file) : default;
    }

    static ReadOnlyMemory<byte> FindBuildId(ReadOnlyMemory<byte> notes, ElfFile file)
    {
        var cursor = new ByteCursor(notes.Span, file.BigEndian);
        while (!cursor.IsAtEnd)
        {
            var (nameSize, size, type) = (cursor.U32(), cursor.U32(), cursor.U32());
            var name = cursor.Take(nameSize);
            cursor.Skip(Padding(nameSize));
            var at = cursor.Position;
            cursor.Skip(size);
            if (cursor.IsBroken)
                break;
            if (type == GnuBuildId && name.SequenceEqual("GNU\0"u8))
                return notes.Slice(at, (int)size);
            cursor.Skip(Padding(size));
        }

        return default;

        static uint Padding(uint size) => (4 - size % 4) % 4;
    }

    // Breakpad names files without a build id so.
    static byte[] HashCode(ElfSections sections)
    {
        const int page = 4096;
        if (sections.Find(".text") is not { } text)
            return [];

        var hash = new byte[16];
        var code = sections.Read(text).Span;
        code = code[..Math.Min(code.Length, page)];
        for (var i = 0; i < code.Length; i++)
            hash[i % hash.Length] ^= code[i];
        return hash;
    }
}

/// <summary>The sections of an ELF file, found by name.</summary>
sealed class ElfSections(ElfFile file, ReadOnlyMemory<byte> bytes)
{
    /// <summary>Bytes of a packed part of a file, which may be small.</summary>
    const int MaxUnpacked = 64 << 20;

    /// <summary>zlib makes no more of a byte.</summary>
    const ulong MaxRatio = 1032;

    public ElfFile File => file;

    public IReadOnlyList<ElfSection> All => file.Sections;

    public ElfSection? Find(string name)
    {
        if (file.NamesSection >= file.Sections.Count)
            return null;

        var names = Read(file.Sections[file.NamesSection]).Span;
        foreach (var section in file.Sections)
        {
            if (section.Name < (uint)names.Length && Matches(names[(int)section.Name..], name))
                return section;
        }

        return null;
    }

    /// <summary>What the file holds of a section; empty where that lies outside of it.</summary>
    public ReadOnlyMemory<byte> Read(ElfSection section) =>
        section.Type != ElfSection.NoBits
        && section.Offset <= (ulong)bytes.Length
        && section.Size <= (ulong)bytes.Length - section.Offset
            ? bytes.Slice((int)section.Offset, (int)section.Size)
            : default;

    /// <summary>The same of a section that may be packed with zlib, as those with debug information often are.</summary>
    public ReadOnlyMemory<byte> ReadUnpacked(ElfSection section)
    {
        const int zlib = 1;
        var stored = Read(section);
        if ((section.Flags & ElfSection.Compressed) == 0)
            return stored;

        var cursor = new ByteCursor(stored.Span, file.BigEndian);
        var word = file.Is64Bit ? 8 : 4;
        var kind = cursor.U32();
        cursor.Skip((ulong)word - 4);
        var size = cursor.Number(word);
        cursor.Skip((ulong)word);
        var isPossible = size <= MaxUnpacked && size / MaxRatio <= (ulong)stored.Length;
        return !cursor.IsBroken && kind == zlib && isPossible ? Inflate(stored[cursor.Position..], (int)size) : default;
    }

    /// <summary>
    /// The symbol table of its own that Fedora and others leave packed in a stripped file ("MiniDebugInfo"); null when there is none.
    /// </summary>
    public ElfSections? OpenMiniDebug() =>
        Find(".gnu_debugdata") is { } section
        && XzFile.TryUnpack(Read(section).Span, MaxUnpacked, out var unpacked)
        && ElfFile.TryRead(unpacked, withSections: true, out var mini)
        && mini.Cpu.Kind == file.Cpu.Kind
            ? new(mini, unpacked)
            : null;

    static ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> packed, int size)
    {
        using var source = new ZLibStream(new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
        try
        {
            var unpacked = new byte[size];
            return unpacked.AsMemory(0, source.ReadAtLeast(unpacked, size, throwOnEndOfStream: false));
        }
        catch (InvalidDataException)
        {
            return default;
        }
    }

    static bool Matches(ReadOnlySpan<byte> text, string name)
    {
        if (text.Length <= name.Length || text[name.Length] != 0)
            return false;

        for (var i = 0; i < name.Length; i++)
        {
            if (text[i] != name[i])
                return false;
        }

        return true;
    }
}
