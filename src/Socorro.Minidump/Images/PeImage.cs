using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Images;

/// <summary>
/// Makes images of Windows executables and libraries, and of what a dump's memory holds of them (Microsoft, "PE Format").
/// </summary>
static class PeImage
{
    const int ExportDirectory = 0;
    const int ExceptionDirectory = 3;
    const int DebugDirectory = 6;
    const int MaxSections = 96;
    const ulong PageSize = 4096;

    /// <summary>Null when the bytes are no PE file of a known processor.</summary>
    public static ModuleImage? Open(ReadOnlyMemory<byte> bytes) => TryReadHeaders(bytes.Span, out var headers)
        ? Create(headers, new([new(0, bytes[..(int)Math.Min(headers.HeaderSize, (ulong)bytes.Length)]), .. ReadSections(bytes, headers)]))
        : null;

    /// <summary>Null when the memory holds no PE header at the module's base.</summary>
    public static ModuleImage? FromMemory(ImageView view) =>
        TryReadHeaders(view.From(0).Span, out var headers) ? Create(headers, view) : null;

    static ModuleImage Create(PeHeaders headers, ImageView view)
    {
        var (debugId, debugFile) = ReadCodeView(headers, view);
        var identity = new ImageIdentity(ImageFormat.Pe, default, headers.TimeDateStamp, headers.ImageSize)
        {
            DebugId = debugId,
            DebugFile = debugFile,
        };
        return new(headers.Cpu, identity, view, [.. ReadTables(headers, view)], () => new(PeExports.Read(view, headers.Directory(ExportDirectory))));
    }

    static IEnumerable<UnwindTable> ReadTables(PeHeaders headers, ImageView view)
    {
        var (rva, size) = headers.Directory(ExceptionDirectory);
        if (size == 0 || !view.TryGet(rva, size, out var entries))
            yield break;

        if (headers.Cpu.Kind == CpuKind.Amd64)
            yield return new Amd64Functions(headers.Cpu, view, entries);
        else if (headers.Cpu.Kind == CpuKind.Arm64)
            yield return new Arm64Functions(headers.Cpu, view, entries);
    }

    static IEnumerable<ImageSegment> ReadSections(ReadOnlyMemory<byte> bytes, PeHeaders headers)
    {
        const int headerSize = 40;
        for (var i = 0; i < Math.Min(headers.SectionCount, MaxSections); i++)
        {
            var cursor = new ByteCursor(bytes.Span);
            cursor.Seek((ulong)(headers.SectionsAt + i * headerSize + 8));
            var (memorySize, rva, fileSize, offset) = (cursor.U32(), cursor.U32(), cursor.U32(), cursor.U32());
            if (cursor.IsBroken || offset >= (uint)bytes.Length)
                continue;

            var size = Math.Min(memorySize == 0 ? fileSize : Math.Min(memorySize, fileSize), (uint)bytes.Length - offset);
            yield return new(rva, bytes.Slice((int)offset, (int)size));
        }
    }

    static bool TryReadHeaders(ReadOnlySpan<byte> bytes, out PeHeaders headers)
    {
        headers = default;
        if (!bytes.StartsWith("MZ"u8))
            return false;

        var cursor = new ByteCursor(bytes);
        cursor.Seek(0x3c);
        cursor.Seek(cursor.U32());
        if (cursor.U32() != 0x4550)
            return false;

        var machine = cursor.U16();
        var sections = cursor.U16();
        var timestamp = cursor.U32();
        cursor.Skip(8);
        var optionalSize = cursor.U16();
        cursor.Skip(2);
        var optionalAt = cursor.Position;
        var isWide = cursor.U16() == 0x20b;
        cursor.Seek((ulong)optionalAt + 56);
        var (imageSize, headerSize) = (cursor.U32(), cursor.U32());
        cursor.Seek((ulong)optionalAt + (isWide ? 108u : 92u));
        var directories = cursor.U32();
        if (cursor.IsBroken || FindCpu(machine) is not { } cpu)
            return false;

        headers = new(
            cpu,
            timestamp,
            imageSize,
            Math.Max(headerSize, (uint)PageSize),
            optionalAt + optionalSize,
            sections,
            bytes.Slice(cursor.Position, (int)Math.Min(Math.Min(directories, 16) * 8, (uint)cursor.Left)).ToArray());
        return true;
    }

    // The record that names the PDB: "RSDS", a GUID, an age, a path.
    static (string Id, string File) ReadCodeView(PeHeaders headers, ImageView view)
    {
        const int entrySize = 28;
        const int codeView = 2;
        const int maxEntries = 32;
        const int maxPath = 1024;
        var (rva, size) = headers.Directory(DebugDirectory);
        for (var i = 0u; i < Math.Min(size / entrySize, maxEntries); i++)
        {
            if (!view.TryGet(rva + i * entrySize, entrySize, out var entry))
                break;

            var cursor = new ByteCursor(entry.Span);
            cursor.Skip(12);
            var (type, length, at) = (cursor.U32(), cursor.U32(), cursor.U32());
            if (type != codeView || length is < 24 or > maxPath || !view.TryGet(at, length, out var record))
                continue;

            var path = record.Span[24..];
            path = path.IndexOf((byte)0) is >= 0 and var end ? path[..end] : path;
            if (!record.Span.StartsWith("RSDS"u8))
                continue;

            var age = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(record.Span[20..]);
            return ($"{new Guid(record.Span.Slice(4, 16)):N}".ToUpperInvariant() + $"{age:x}", System.Text.Encoding.UTF8.GetString(path));
        }

        return ("", "");
    }

    static CpuTraits? FindCpu(ushort machine) => machine switch
    {
        0x14c => CpuTraits.Find(CpuKind.X86),
        0x8664 => CpuTraits.Find(CpuKind.Amd64),
        0xaa64 => CpuTraits.Find(CpuKind.Arm64),
        _ => null,
    };

    readonly record struct PeHeaders(
        CpuTraits Cpu, uint TimeDateStamp, uint ImageSize, ulong HeaderSize, int SectionsAt, int SectionCount, byte[] Directories)
    {
        /// <summary>Where a directory's content is; nowhere when the image has none.</summary>
        public (uint Rva, uint Size) Directory(int index)
        {
            var cursor = new ByteCursor(Directories);
            cursor.Seek((ulong)(index * 8));
            return (cursor.U32(), cursor.U32());
        }
    }
}

/// <summary>The functions that a Windows library exports by name.</summary>
static class PeExports
{
    const int MaxName = 4096;

    public static IEnumerable<ImageName> Read(ImageView view, (uint Rva, uint Size) directory)
    {
        if (directory.Size < 40 || !view.TryGet(directory.Rva, 40, out var header))
            return [];

        var cursor = new ByteCursor(header.Span);
        cursor.Skip(20);
        var (functions, names) = (cursor.U32(), cursor.U32());
        var (functionsAt, namesAt, ordinalsAt) = (cursor.U32(), cursor.U32(), cursor.U32());
        if (functions > ImageNames.MaxNames || names > ImageNames.MaxNames
            || !view.TryGet(functionsAt, functions * 4UL, out var addresses)
            || !view.TryGet(namesAt, names * 4UL, out var texts)
            || !view.TryGet(ordinalsAt, names * 2UL, out var ordinals))
        {
            return [];
        }

        return Read(view, directory, addresses, texts, ordinals);
    }

    static IEnumerable<ImageName> Read(
        ImageView view,
        (uint Rva, uint Size) directory,
        ReadOnlyMemory<byte> addresses,
        ReadOnlyMemory<byte> texts,
        ReadOnlyMemory<byte> ordinals)
    {
        for (var i = 0; i < texts.Length / 4; i++)
        {
            var ordinal = BitConverter.ToUInt16(ordinals.Span.Slice(i * 2, 2));
            if (ordinal >= addresses.Length / 4)
                continue;

            // An address inside the directory is the name of another library's function.
            var rva = BitConverter.ToUInt32(addresses.Span.Slice(ordinal * 4, 4));
            var text = view.From(BitConverter.ToUInt32(texts.Span.Slice(i * 4, 4)));
            var length = text.Span[..Math.Min(text.Length, MaxName)].IndexOf((byte)0);
            if (rva - directory.Rva >= directory.Size && length > 0)
                yield return new(rva, 0, text[..length]);
        }
    }
}
