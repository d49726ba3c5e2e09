namespace Socorro.Minidumps.Tests.Images;

/// <summary>A small executable or library, put together byte by byte from its format's specification.</summary>
static class TestImage
{
    public const uint CodeAt = 0x1000;
    public const uint TablesAt = 0x2000;
    public const uint UnwindAt = 0x2800;
    public const uint FileSize = 0x3000;
    public const uint TimeDateStamp = 0x5f000001;

    /// <summary>64-bit x86 or arm64 for Windows: one section of code, one of tables. Addresses are offsets in the file.</summary>
    public static byte[] Pe(ushort machine, byte[] functions, byte[] unwind, byte[]? code = null)
    {
        var image = new Layout(false).Zeros((int)FileSize)
            .Put(0, 0x5a4d, 2).Put(0x3c, 0x80, 4).Put(0x80, 0x4550, 4)
            .Put(0x84, machine, 2).Put(0x86, 2, 2).Put(0x88, TimeDateStamp, 4).Put(0x94, 0xf0, 2)
            .Put(0x98, 0x20b, 2).Put(0x98 + 56, FileSize, 4).Put(0x98 + 60, 0x400, 4).Put(0x98 + 108, 16, 4)
            .Put(0x98 + 112 + 3 * 8, TablesAt, 4).Put(0x98 + 116 + 3 * 8, (uint)functions.Length, 4)
            .Put(0x98 + 112, TablesAt + 0x400, 4).Put(0x98 + 116, 0x100, 4);
        PutSection(image, 0x188, CodeAt, 0x1000);
        PutSection(image, 0x1b0, TablesAt, 0x1000);

        // Exports: functions, names, ordinals, texts.
        const uint exports = TablesAt + 0x400;
        image.Put((int)exports + 20, 1, 4).Put((int)exports + 24, 1, 4).Put((int)exports + 28, exports + 0x40, 4)
            .Put((int)exports + 32, exports + 0x44, 4).Put((int)exports + 36, exports + 0x48, 4)
            .Put((int)exports + 0x40, CodeAt, 4).Put((int)exports + 0x44, exports + 0x50, 4);
        var bytes = image.ToArray();
        "Exported"u8.CopyTo(bytes.AsSpan((int)exports + 0x50));
        functions.CopyTo(bytes, TablesAt);
        unwind.CopyTo(bytes, UnwindAt);
        code?.CopyTo(bytes, CodeAt);
        return bytes;

        static void PutSection(Layout image, int at, uint rva, uint size) =>
            image.Put(at + 8, size, 4).Put(at + 12, rva, 4).Put(at + 16, size, 4).Put(at + 20, rva, 4);
    }

    /// <summary>
    /// A library for ELF: one part that holds all of it, .eh_frame_hdr and .eh_frame, or an exception index for 32-bit ARM, a
    /// build id, and a symbol table that names one function.
    /// </summary>
    public static byte[] Elf(ushort machine, byte[] frames, byte[] header, bool is64 = true)
    {
        var word = is64 ? 8 : 4;
        var image = new Layout(false).Zeros((int)FileSize).Put(0, 0x464c457f, 4).Put(4, is64 ? 2u : 1u, 1).Put(5, 1, 1)
            .Put(16, 3, 2).Put(18, machine, 2);
        var (parts, sections) = (0x100u, 0x300u);
        var at = 24 + word;
        image.Put(at, parts, word).Put(at + word, sections, word);
        at += 2 * word + 6;
        image.Put(at, is64 ? 56u : 32u, 2).Put(at + 2, 3, 2).Put(at + 4, is64 ? 64u : 40u, 2).Put(at + 6, 3, 2).Put(at + 8, 2, 2);

        PutPart(image, is64, 0x100, 1, 0, FileSize);
        PutPart(image, is64, is64 ? 0x138 : 0x120, machine == 40 ? 0x70000001u : 0x6474e550u, TablesAt, (uint)header.Length);
        PutPart(image, is64, is64 ? 0x170 : 0x140, 4, 0x280, 0x20);
        image.Put(0x280, 4, 4).Put(0x284, 16, 4).Put(0x288, 3, 4).Put(0x28c, 0x00554e47, 4)
            .Put(0x290, 0x0807060504030201, 8).Put(0x298, 0x100f0e0d0c0b0a09, 8);

        // Sections: none, symbols, their names.
        PutSection(image, is64, 1, 2, 0x500, is64 ? 48u : 32u, 2);
        PutSection(image, is64, 2, 3, 0x600, 0x20, 0);
        var symbol = is64 ? 0x518 : 0x510;
        image.Put(symbol, 1, 4).Put(symbol + (is64 ? 8 : 4), CodeAt, word).Put(symbol + (is64 ? 16 : 8), 0x40, word)
            .Put(symbol + (is64 ? 4 : 12), 0x12, 1).Put(symbol + (is64 ? 6 : 14), 1, 2);
        var bytes = image.ToArray();
        "\0named\0"u8.CopyTo(bytes.AsSpan(0x600));
        header.CopyTo(bytes, TablesAt);
        frames.CopyTo(bytes, UnwindAt);
        return bytes;
    }

    /// <summary>The build id of <see cref="Elf"/>.</summary>
    public static byte[] BuildId => [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

    /// <summary>
    /// .eh_frame with one description of 0x40 bytes of code at <see cref="CodeAt"/>, and the search table that leads to it.
    /// </summary>
    /// <param name="returnRegister">DWARF's number of the register that has the return address.</param>
    /// <param name="initial">Instructions of the common entry.</param>
    /// <param name="instructions">Instructions of the description.</param>
    public static (byte[] Frames, byte[] Header) EhFrame(
        byte returnRegister, byte[] initial, byte[] instructions, string augmentation = "zR", byte dataAlignment = 0x78)
    {
        var common = new Layout(false).U32(0).U8(1).Raw([.. augmentation.Select(c => (byte)c), 0]).U8(1).U8(dataAlignment)
            .U8(returnRegister).U8(1).U8(0x1b).Raw(initial);
        Pad(common);
        var commonSize = 4 + common.Length;
        var entry = new Layout(false).U32((uint)commonSize + 4)
            .U32(unchecked(CodeAt - (UnwindAt + (uint)commonSize + 8))).U32(0x40).U8(0).Raw(instructions);
        Pad(entry);
        var frames = new Layout(false).U32((uint)common.Length).Raw(common.ToArray()).U32((uint)entry.Length).Raw(entry.ToArray()).U32(0);
        var header = new Layout(false).U8(1).U8(0x1b).U8(3).U8(0x3b).U32(UnwindAt - (TablesAt + 4)).U32(1)
            .U32(unchecked(CodeAt - TablesAt)).U32(UnwindAt + (uint)commonSize - TablesAt);
        return (frames.ToArray(), header.ToArray());

        static void Pad(Layout layout)
        {
            while (layout.Length % 4 != 0)
                layout.U8(0);
        }
    }

    /// <summary>A library for Apple's systems with a compact unwind table.</summary>
    public static byte[] MachO(uint cpu, byte[] unwind)
    {
        const int segment = 32;
        var image = new Layout(false).Zeros((int)FileSize).Put(0, 0xfeedfacf, 4).Put(4, cpu, 4).Put(16, 3, 4).Put(20, 72 + 80 + 24 + 24, 4)
            .Put(segment, 0x19, 4).Put(segment + 4, 72 + 80, 4).Put(segment + 24, 0x100000000, 8).Put(segment + 32, FileSize, 8)
            .Put(segment + 48, FileSize, 8).Put(segment + 64, 1, 4)
            .Put(segment + 72 + 32, 0x100000000 + TablesAt, 8).Put(segment + 72 + 40, (uint)unwind.Length, 8);
        const int uuid = segment + 72 + 80;
        image.Put(uuid, 0x1b, 4).Put(uuid + 4, 24, 4).Put(uuid + 8, 0x0807060504030201, 8).Put(uuid + 16, 0x100f0e0d0c0b0a09, 8);
        const int symbols = uuid + 24;
        image.Put(symbols, 2, 4).Put(symbols + 4, 24, 4).Put(symbols + 8, 0x500, 4).Put(symbols + 12, 1, 4)
            .Put(symbols + 16, 0x600, 4).Put(symbols + 20, 0x20, 4)
            .Put(0x500, 1, 4).Put(0x504, 0x0f, 1).Put(0x505, 1, 1).Put(0x508, 0x100000000 + CodeAt, 8);
        var bytes = image.ToArray();
        "__TEXT"u8.CopyTo(bytes.AsSpan(segment + 8));
        "__unwind_info"u8.CopyTo(bytes.AsSpan(segment + 72));
        "__TEXT"u8.CopyTo(bytes.AsSpan(segment + 72 + 16));
        "\0_named\0"u8.CopyTo(bytes.AsSpan(0x600));
        unwind.CopyTo(bytes, TablesAt);
        return bytes;
    }

    /// <summary>A compact unwind table with one regular page of one function of 0x40 bytes at <see cref="CodeAt"/>.</summary>
    public static byte[] Compact(uint encoding) => new Layout(false)
        .U32(1).U32(28).U32(0).U32(28).U32(0).U32(28).U32(2)
        .U32(CodeAt).U32(52).U32(0).U32(CodeAt + 0x40).U32(0).U32(0)
        .U32(2).U16(8).U16(1).U32(CodeAt).U32(encoding)
        .ToArray();

    static void PutPart(Layout image, bool is64, int at, uint type, uint offset, uint size)
    {
        if (is64)
            image.Put(at, type, 4).Put(at + 8, offset, 8).Put(at + 16, offset, 8).Put(at + 32, size, 8).Put(at + 40, size, 8);
        else
            image.Put(at, type, 4).Put(at + 4, offset, 4).Put(at + 8, offset, 4).Put(at + 16, size, 4).Put(at + 20, size, 4);
    }

    static void PutSection(Layout image, bool is64, int index, uint type, uint offset, uint size, uint link)
    {
        var at = 0x300 + index * (is64 ? 64 : 40);
        var word = is64 ? 8 : 4;
        image.Put(at + 4, type, 4);
        at += 8 + word;
        image.Put(at, offset, word).Put(at + word, offset, word).Put(at + 2 * word, size, word).Put(at + 3 * word, link, 4);
    }
}
