using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Images.Dwarf;

namespace Socorro.Minidumps.Images;

/// <summary>
/// Makes images of Mach-O files, and of what a dump's memory holds of them (Apple, "OS X ABI Mach-O File Format Reference").
/// Only little-endian ones are read: none others have been made since PowerPC.
/// </summary>
static class MachImage
{
    const uint Magic32 = 0xfeedface;
    const uint Magic64 = 0xfeedfacf;
    const uint Fat = 0xcafebabe;
    const int MaxCommands = 4096;
    const int MaxSlices = 32;

    /// <summary>Null when the bytes are no Mach-O file, or one without code for the processor.</summary>
    public static ModuleImage? Open(ReadOnlyMemory<byte> bytes, CpuKind cpu)
    {
        var slice = FindSlice(bytes, cpu);
        if (MachFile.TryRead(slice.Span) is not { } file || file.Cpu.Kind != cpu)
            return null;

        var view = new ImageView(file.Segments
            .Where(segment => segment.Offset < (ulong)slice.Length)
            .Select(segment => new ImageSegment(
                segment.Address - file.Base,
                slice[(int)segment.Offset..][..(int)Math.Min(segment.FileSize, (ulong)slice.Length - segment.Offset)])));
        return Create(file, view, () => new(MachNames.Read(file, slice)));
    }

    /// <summary>Null when the memory holds no Mach-O header at the module's base.</summary>
    public static ModuleImage? FromMemory(ImageView view) => MachFile.TryRead(view.From(0).Span) is { } file
        ? Create(file, view, () => ImageNames.Empty)
        : null;

    static ModuleImage Create(MachFile file, ImageView view, Func<ImageNames> names)
    {
        var frames = ReadEhFrame(file, view);
        var compact = file.Find("__TEXT", "__unwind_info") is { } section
            && view.TryGet(section.Address - file.Base, section.Size, out var info)
            && CompactUnwind.Supports(file.Cpu.Kind)
                ? new CompactUnwind(file.Cpu, view, info, frames)
                : null;
        UnwindTable?[] tables = [compact, frames];
        return new(file.Cpu, new(ImageFormat.MachO, file.Uuid), view, [.. tables.OfType<UnwindTable>()], names);
    }

    static DwarfFrames? ReadEhFrame(MachFile file, ImageView view)
    {
        if (file.Find("__TEXT", "__eh_frame") is not { } section
            || !view.TryGet(section.Address - file.Base, section.Size, out var bytes))
        {
            return null;
        }

        var pointer = new DwarfPointer(file.Cpu.PointerSize, file.Base, 0);
        return new(file.Cpu, new(bytes, section.Address - file.Base, isEhFrame: true, bigEndian: false, pointer), search: null);
    }

    // A file for several processors begins with a table of them, in big-endian order.
    static ReadOnlyMemory<byte> FindSlice(ReadOnlyMemory<byte> bytes, CpuKind cpu)
    {
        var cursor = new ByteCursor(bytes.Span, bigEndian: true);
        if (cursor.U32() != Fat)
            return bytes;

        var count = cursor.U32();
        for (var i = 0; i < Math.Min(count, MaxSlices); i++)
        {
            var type = cursor.U32();
            cursor.Skip(4);
            var (offset, size) = (cursor.U32(), cursor.U32());
            cursor.Skip(4);
            if (!cursor.IsBroken && MachFile.FindCpu(type)?.Kind == cpu
                && offset <= (uint)bytes.Length && size <= (uint)bytes.Length - offset)
            {
                return bytes.Slice((int)offset, (int)size);
            }
        }

        return default;
    }

    internal readonly record struct Segment(string Name, ulong Address, ulong Offset, ulong FileSize);

    internal readonly record struct Section(string SegmentName, string Name, ulong Address, ulong Size);

    /// <summary>The load commands of a Mach-O file.</summary>
    internal sealed class MachFile(CpuTraits cpu, bool is64Bit)
    {
        readonly List<Segment> _segments = [];
        readonly List<Section> _sections = [];

        public CpuTraits Cpu => cpu;

        public bool Is64Bit => is64Bit;

        public IReadOnlyList<Segment> Segments => _segments;

        /// <summary>The address that the header was linked for.</summary>
        public ulong Base { get; private set; }

        public byte[] Uuid { get; private set; } = [];

        /// <summary>Offset and count of symbols, offset and bytes of their names.</summary>
        public (uint Symbols, uint Count, uint Names, uint NamesSize) Symbols { get; private set; }

        public static MachFile? TryRead(ReadOnlySpan<byte> bytes)
        {
            var cursor = new ByteCursor(bytes);
            var magic = cursor.U32();
            if (magic is not (Magic32 or Magic64) || FindCpu(cursor.U32()) is not { } cpu)
                return null;

            cursor.Skip(8);
            var count = cursor.U32();
            var file = new MachFile(cpu, magic == Magic64);
            cursor.Skip(magic == Magic64 ? 12u : 8u);
            for (var i = 0; i < Math.Min(count, MaxCommands); i++)
            {
                var start = cursor.Position;
                var (command, size) = (cursor.U32(), cursor.U32());
                if (cursor.IsBroken || size < 8)
                    break;

                file.ReadCommand(command, new(bytes[start..Math.Min(bytes.Length, start + (int)Math.Min(size, int.MaxValue / 2))]));
                cursor.Seek((ulong)start + size);
            }

            return file;
        }

        public Section? Find(string segment, string section)
        {
            foreach (var candidate in _sections)
            {
                if (candidate.SegmentName == segment && candidate.Name == section)
                    return candidate;
            }

            return null;
        }

        public static CpuTraits? FindCpu(uint type) => type switch
        {
            7 => CpuTraits.Find(CpuKind.X86),
            0x01000007 => CpuTraits.Find(CpuKind.Amd64),
            12 => CpuTraits.Find(CpuKind.Arm),
            0x0100000c => CpuTraits.Find(CpuKind.Arm64),
            _ => null,
        };

        void ReadCommand(uint command, ByteCursor cursor)
        {
            const uint segment32 = 1;
            const uint symbols = 2;
            const uint segment64 = 0x19;
            const uint uuid = 0x1b;
            cursor.Skip(8);
            if (command == (is64Bit ? segment64 : segment32))
            {
                ReadSegment(ref cursor);
            }
            else if (command == uuid)
            {
                Uuid = cursor.Take(16).ToArray();
            }
            else if (command == symbols)
            {
                Symbols = (cursor.U32(), cursor.U32(), cursor.U32(), cursor.U32());
            }
        }

        void ReadSegment(ref ByteCursor cursor)
        {
            const int maxSections = 1024;
            var word = is64Bit ? 8 : 4;
            var name = Name(ref cursor);
            var address = cursor.Number(word);
            cursor.Skip((ulong)word);
            var segment = new Segment(name, address, cursor.Number(word), cursor.Number(word));
            cursor.Skip(8);
            var count = cursor.U32();
            cursor.Skip(4);
            if (cursor.IsBroken)
                return;

            _segments.Add(segment);
            if (name == "__TEXT")
                Base = address;
            for (var i = 0; i < Math.Min(count, maxSections); i++)
            {
                var (sectionName, segmentName) = (Name(ref cursor), Name(ref cursor));
                var section = new Section(segmentName, sectionName, cursor.Number(word), cursor.Number(word));
                cursor.Skip(is64Bit ? 32u : 28u);
                if (cursor.IsBroken)
                    break;
                _sections.Add(section);
            }
        }

        static string Name(ref ByteCursor cursor)
        {
            var bytes = cursor.Take(16);
            var length = bytes.IndexOf((byte)0);
            return System.Text.Encoding.ASCII.GetString(length < 0 ? bytes : bytes[..length]);
        }
    }
}

/// <summary>The functions that a Mach-O file's symbol table names.</summary>
static class MachNames
{
    const int DebugBits = 0xe0;
    const int TypeBits = 0x0e;
    const int InSection = 0x0e;

    public static IEnumerable<ImageName> Read(MachImage.MachFile file, ReadOnlyMemory<byte> bytes)
    {
        var (symbols, count, names, namesSize) = file.Symbols;
        var stride = file.Is64Bit ? 16u : 12u;
        if (symbols > (uint)bytes.Length || count > ((uint)bytes.Length - symbols) / stride
            || names > (uint)bytes.Length || namesSize > (uint)bytes.Length - names)
        {
            return [];
        }

        return Read(file, bytes.Slice((int)symbols, (int)(count * stride)), bytes.Slice((int)names, (int)namesSize), (int)stride);
    }

    static IEnumerable<ImageName> Read(
        MachImage.MachFile file, ReadOnlyMemory<byte> table, ReadOnlyMemory<byte> names, int stride)
    {
        for (var at = 0; at + stride <= table.Length; at += stride)
        {
            if (TryRead(file, table.Span.Slice(at, stride), names, out var name))
                yield return name;
        }
    }

    // C's names have an underscore in front.
    static bool TryRead(MachImage.MachFile file, ReadOnlySpan<byte> symbol, ReadOnlyMemory<byte> names, out ImageName name)
    {
        name = default;
        var cursor = new ByteCursor(symbol);
        var text = cursor.U32();
        var (type, section) = (cursor.U8(), cursor.U8());
        cursor.Skip(2);
        var rva = unchecked(cursor.Number(file.Cpu.PointerSize) - file.Base);
        if ((type & DebugBits) != 0 || (type & TypeBits) != InSection || section != 1
            || text >= (uint)names.Length || rva > uint.MaxValue)
        {
            return false;
        }

        var bytes = names[(int)text..];
        var length = bytes.Span.IndexOf((byte)0);
        if (length <= 0)
            return false;

        bytes = bytes[..length];
        name = new((uint)rva, 0, bytes.Span[0] == '_' && length > 1 ? bytes[1..] : bytes);
        return true;
    }
}
