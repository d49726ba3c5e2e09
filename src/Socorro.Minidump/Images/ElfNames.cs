using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Images;

/// <summary>Reads the functions of ELF symbol tables (System V ABI, chapter 4).</summary>
static class ElfNames
{
    const uint SymbolTable = 2;
    const uint DynamicSymbolTable = 11;
    const int Function = 2;
    const int IndirectFunction = 10;

    /// <summary>All that the full symbol tables of some files name, then the dynamic ones, one file after the other.</summary>
    public static IEnumerable<ImageName> ReadAll(IEnumerable<ElfSections?> files)
    {
        foreach (var source in files.OfType<ElfSections>())
        {
            foreach (var type in (uint[])[SymbolTable, DynamicSymbolTable])
            {
                foreach (var table in source.All.Where(section => section.Type == type && section.Link < source.All.Count))
                {
                    var names = source.Read(source.All[(int)table.Link]);
                    foreach (var name in Read(source.File, source.Read(table), names))
                        yield return name;
                }
            }
        }
    }

    /// <summary>
    /// What the dynamic section of an image in memory leads to. Nothing there says how many symbols there are; string tables
    /// follow symbol tables.
    /// </summary>
    public static IEnumerable<ImageName> ReadDynamic(ElfFile file, ImageView view)
    {
        const int stringTable = 5;
        const int symbolTable = 6;
        const int stringBytes = 10;
        ulong? strings = null, symbols = null;
        var size = 0UL;
        foreach (var part in file.Parts.Where(part => part.Type == ElfFile.Dynamic))
        {
            var cursor = new ByteCursor(view.From(part.Address - file.Base).Span, file.BigEndian);
            while (!cursor.IsAtEnd && cursor.Number(file.Cpu.PointerSize) is not 0 and var tag)
            {
                var value = cursor.Number(file.Cpu.PointerSize);
                if (tag == stringTable)
                    strings = value;
                else if (tag == symbolTable)
                    symbols = value;
                else if (tag == stringBytes)
                    size = value;
            }
        }

        return strings is { } to && symbols is { } from && from < to
            && view.TryGet(from - file.Base, to - from, out var table) && view.TryGet(to - file.Base, size, out var names)
            ? Read(file, table, names)
            : [];
    }

    static IEnumerable<ImageName> Read(ElfFile file, ReadOnlyMemory<byte> table, ReadOnlyMemory<byte> names)
    {
        var stride = file.Is64Bit ? 24 : 16;
        for (var at = 0; at + stride <= table.Length; at += stride)
        {
            if (TryRead(file, table.Span.Slice(at, stride), names, out var name))
                yield return name;
        }
    }

    static bool TryRead(ElfFile file, ReadOnlySpan<byte> symbol, ReadOnlyMemory<byte> names, out ImageName name)
    {
        name = default;
        var cursor = new ByteCursor(symbol, file.BigEndian);
        var text = cursor.U32();
        if (file.Is64Bit)
            cursor.Seek(8);
        var address = cursor.Number(file.Cpu.PointerSize);
        var size = cursor.Number(file.Cpu.PointerSize);
        cursor.Seek(file.Is64Bit ? 4u : 12u);
        var type = cursor.U8() & 0x0f;
        cursor.Skip(1);
        var section = cursor.U16();
        if (type is not (Function or IndirectFunction) || section == 0 || text >= (uint)names.Length)
            return false;

        // The lowest bit says that Thumb instructions stand there.
        if (file.Cpu.Kind == CpuKind.Arm)
            address &= ~1UL;
        var rva = unchecked(address - file.Base);
        var length = names.Span[(int)text..].IndexOf((byte)0);
        if (rva > uint.MaxValue || length <= 0)
            return false;

        name = new((uint)rva, (uint)Math.Min(size, uint.MaxValue), names.Slice((int)text, length));
        return true;
    }
}
