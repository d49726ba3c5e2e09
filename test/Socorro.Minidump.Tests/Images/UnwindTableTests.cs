using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Images;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Tests.Images;

/// <summary>What the unwind tables of each system say, written as symbol files write rules.</summary>
public sealed class UnwindTableTests
{
    const string Amd64Plain = ".cfa: rsp 8 + .ra: .cfa -8 + ^";

    [Theory]
    [InlineData(0, Amd64Plain)]
    [InlineData(1, ".cfa: rsp 16 + .ra: .cfa -8 + ^ rbx: .cfa -16 + ^")]
    [InlineData(5, ".cfa: rsp 48 + .ra: .cfa -8 + ^ rbx: .cfa -16 + ^")]
    public void Reads_rows_of_dwarf(uint at, string rules)
    {
        // rsp + 8, return address below; push rbx after 1 byte, 32 bytes of room after 5.
        var (frames, header) = TestImage.EhFrame(16, [0x0c, 7, 8, 0x90, 1], [0x41, 0x0e, 16, 0x83, 2, 0x44, 0x0e, 48]);

        Assert.Equal(rules, Rules(ElfImage.Open(TestImage.Elf(62, frames, header)), at));
    }

    [Fact]
    public void Reads_what_the_compiler_says_of_a_procedure_linkage_table()
    {
        // rsp + 8 + ((rip & 15) >= 11) * 8
        byte[] expression = [0x0f, 11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22];
        var (frames, header) = TestImage.EhFrame(16, [0x0c, 7, 8, 0x90, 1], expression);
        var image = ElfImage.Open(TestImage.Elf(62, frames, header))!;

        Assert.True(image.TryFindRules(TestImage.CodeAt, false, out var rules));
        Assert.Equal(0x7010UL, Cfa(rules, 0x40000b));
        Assert.Equal(0x7008UL, Cfa(rules, 0x40000a));

        static ulong Cfa(CfiRules rules, ulong pc)
        {
            var registers = new Registers();
            registers.Set(7, 0x7000);
            registers.Set(16, pc);
            var memory = MemoryMap.Build([new(0x7000, Enumerable.Repeat((byte)1, 64).ToArray())], false);
            rules.Unwind(CpuTraits.Find(CpuKind.Amd64)!, registers, memory, out _, out var cfa);
            return cfa;
        }
    }

    [Fact]
    public void Knows_that_a_function_has_no_caller()
    {
        var (frames, header) = TestImage.EhFrame(16, [0x0c, 7, 8, 0x90, 1], [0x07, 16]);

        Assert.Equal(".cfa: rsp 8 + .ra: .undef", Rules(ElfImage.Open(TestImage.Elf(62, frames, header)), 0)?.Split(" rip")[0]);
    }

    [Fact]
    public void Knows_the_frames_that_a_kernel_makes()
    {
        var (frames, header) = TestImage.EhFrame(16, [0x0c, 7, 8, 0x90, 1], [], augmentation: "zRS");

        Assert.True(ElfImage.Open(TestImage.Elf(62, frames, header))!.TryFindRules(TestImage.CodeAt, false, out var rules));
        Assert.True(rules.IsSignalFrame);
    }

    [Fact]
    public void Reads_dwarf_of_processors_with_a_link_register()
    {
        var (frames, header) = TestImage.EhFrame(30, [0x0c, 31, 0], [0x41, 0x0e, 32, 0x9d, 4, 0x9e, 3]);
        var image = ElfImage.Open(TestImage.Elf(183, frames, header));

        Assert.Equal(".cfa: sp .ra: lr", Rules(image, 0));
        Assert.Equal(".cfa: sp 32 + .ra: .cfa -24 + ^ fp: .cfa -32 + ^ lr: .cfa -24 + ^", Rules(image, 4));
    }

    [Theory]
    [InlineData(0x80a8b0b0, ".cfa: sp 8 + .ra: sp 4 + ^ r4: sp 0 + ^ lr: sp 4 + ^")]
    [InlineData(0x809bb0b0, ".cfa: fp .ra: lr")]
    [InlineData(0x8003b0b0, ".cfa: sp 16 + .ra: lr")]
    [InlineData(0x808400b0, ".cfa: sp 4 + .ra: sp 0 + ^ lr: sp 0 + ^")]
    [InlineData(1, null)]
    public void Reads_the_exception_index_of_arm(uint entry, string? rules)
    {
        var index = new Layout(false).U32(unchecked(TestImage.CodeAt - TestImage.TablesAt) & 0x7fffffff).U32(entry).ToArray();

        Assert.Equal(rules, Rules(ElfImage.Open(TestImage.Elf(40, [], index, is64: false)), 2));
    }

    [Theory]
    [InlineData(0, true, Amd64Plain)]
    [InlineData(1, true, ".cfa: rsp 16 + .ra: .cfa -8 + ^ rbx: rsp 0 + ^")]
    [InlineData(5, true, ".cfa: rsp 48 + .ra: .cfa -8 + ^ rbx: rsp 32 + ^")]
    [InlineData(20, false, ".cfa: rsp 48 + .ra: .cfa -8 + ^ rbx: rsp 32 + ^")]
    [InlineData(0x20, true, ".cfa: rsp 48 + .ra: .cfa -8 + ^ rbx: rsp 32 + ^")]
    [InlineData(0x24, true, ".cfa: rsp 16 + .ra: .cfa -8 + ^ rbx: rsp 0 + ^")]
    [InlineData(0x25, true, Amd64Plain)]
    public void Reads_prologues_and_epilogues_of_windows(uint at, bool isInterrupted, string rules)
    {
        // push rbx; sub rsp, 32. At 0x20: add rsp, 32; pop rbx; ret.
        byte[] unwind = [1, 5, 2, 0, 5, 0x32, 1, 0x30];
        var code = new byte[0x40];
        byte[] epilogue = [0x48, 0x83, 0xc4, 0x20, 0x5b, 0xc3];
        epilogue.CopyTo(code, 0x20);

        Assert.Equal(rules, Rules(PeImage.Open(TestImage.Pe(0x8664, Function(), unwind, code)), at, isInterrupted));
    }

    [Fact]
    public void Follows_chains_and_frame_registers_of_windows()
    {
        // First: mov [frame + 16], rsi of a part; chained to: push rbp; lea rbp, [rsp + 32] with 64 bytes of room.
        byte[] unwind =
        [
            1 | 4 << 3, 0, 2, 5 | 2 << 4, 0, 0x64, 2, 0, .. Function(TestImage.UnwindAt + 0x20),
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 10, 3, 5 | 2 << 4, 10, 0x03, 5, 0x72, 1, 0x50,
        ];

        var rules = Rules(PeImage.Open(TestImage.Pe(0x8664, Function(), unwind)), 16);

        Assert.Equal(".cfa: rbp 48 + .ra: .cfa -8 + ^ rsi: rbp -16 + ^ rbp: rbp 32 + ^", rules);
    }

    [Fact]
    public void Knows_the_frames_that_windows_makes_for_an_interruption()
    {
        Assert.True(PeImage.Open(TestImage.Pe(0x8664, Function(), [1, 0, 1, 0, 0, 0x1a]))!
            .TryFindRules(TestImage.CodeAt, false, out var rules));

        Assert.True(rules.IsSignalFrame);
        Assert.Equal(".cfa: rsp 8 + .ra: .cfa ^ rsp: .cfa 24 + ^", rules.ToString().Replace(" 0 +", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("e1 81 e4", ".cfa: fp 16 + .ra: fp 8 + ^ fp: fp 0 + ^ lr: fp 8 + ^")]
    [InlineData("02 c8 02 d0 01 e4", ".cfa: sp 32 + .ra: lr x19: sp 40 + ^ x20: sp 48 + ^")]
    [InlineData("05 e4", ".cfa: sp 80 + .ra: lr")]
    public void Reads_codes_of_windows_on_arm(string codes, string rules)
    {
        var bytes = Convert.FromHexString(codes.Replace(" ", "", StringComparison.Ordinal));
        var words = (bytes.Length + 3) / 4;
        var unwind = new Layout(false).U32(0x10 | (uint)words << 27).Raw(bytes).ToArray();
        var function = new Layout(false).U32(TestImage.CodeAt).U32(TestImage.UnwindAt).ToArray();

        Assert.StartsWith(
            rules.Split(" x19")[0], Rules(PeImage.Open(TestImage.Pe(0xaa64, function, unwind)), 0x20) ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_packed_entries_of_windows_on_arm()
    {
        // 64 bytes of code, two saved registers, chained, 48 bytes of frame.
        const uint packed = 1 | 16 << 2 | 2 << 16 | 3 << 21 | 3 << 23;
        var function = new Layout(false).U32(TestImage.CodeAt).U32(packed).ToArray();
        var image = PeImage.Open(TestImage.Pe(0xaa64, function, []));

        Assert.Equal(
            ".cfa: fp 48 + .ra: fp 8 + ^ x19: fp 32 + ^ x20: fp 40 + ^ fp: fp 0 + ^ lr: fp 8 + ^", Rules(image, 0x14));
        Assert.Equal(".cfa: sp .ra: lr", Rules(image, 0, isInterrupted: true));
    }

    [Theory]
    [InlineData(0x01000007u, 0x01000000u, ".cfa: rbp 16 + .ra: .cfa -8 + ^ rbp: .cfa -16 + ^")]
    [InlineData(0x01000007u, 0x01020011u, ".cfa: rbp 16 + .ra: .cfa -8 + ^ rbx: .cfa -32 + ^ rbp: .cfa -16 + ^ r12: .cfa -24 + ^")]
    [InlineData(0x01000007u, 0x02030000u, ".cfa: rsp 24 + .ra: .cfa -8 + ^")]
    [InlineData(0x01000007u, 0x02030400u, ".cfa: rsp 24 + .ra: .cfa -8 + ^ rbx: .cfa -16 + ^")]
    [InlineData(0x0100000cu, 0x02002000u, ".cfa: sp 32 + .ra: lr")]
    [InlineData(0x0100000cu, 0x04000001u, ".cfa: fp 16 + .ra: .cfa -8 + ^ x19: .cfa -24 + ^ x20: .cfa -32 + ^ fp: .cfa -16 + ^ lr: .cfa -8 + ^")]
    public void Reads_compact_encodings_of_apple(uint cpu, uint encoding, string rules)
    {
        var kind = cpu == 0x01000007 ? CpuKind.Amd64 : CpuKind.Arm64;

        Assert.Equal(rules, Rules(MachImage.Open(TestImage.MachO(cpu, TestImage.Compact(encoding)), kind), 0x10));
    }

    [Fact]
    public void Names_functions_as_the_last_resort()
    {
        var (frames, header) = TestImage.EhFrame(16, [0x0c, 7, 8, 0x90, 1], []);
        var elf = ElfImage.Open(TestImage.Elf(62, frames, header))!;
        var pe = PeImage.Open(TestImage.Pe(0x8664, Function(), [1, 0, 0, 0]))!;
        var mach = MachImage.Open(TestImage.MachO(0x0100000c, TestImage.Compact(0)), CpuKind.Arm64)!;

        Assert.Equal("named", NameOf(elf, 0x3f));
        Assert.Null(NameOf(elf, 0x40));
        Assert.Equal("Exported", NameOf(pe, 0x3f));
        Assert.Equal("named", NameOf(mach, 0x3f));
        Assert.Equal(TestImage.BuildId, elf.Identity.BuildId.ToArray());
        Assert.Equal((TestImage.TimeDateStamp, TestImage.FileSize), (pe.Identity.TimeDateStamp, pe.Identity.Size));
        Assert.Equal(TestImage.BuildId, mach.Identity.BuildId.ToArray());

        static string? NameOf(ModuleImage image, uint offset) =>
            image.TryFindPublic(TestImage.CodeAt + offset, out var symbol) ? System.Text.Encoding.UTF8.GetString(symbol.Name.Span) : null;
    }

    internal static byte[] Function(uint unwind = TestImage.UnwindAt) =>
        new Layout(false).U32(TestImage.CodeAt).U32(TestImage.CodeAt + 0x40).U32(unwind).ToArray();

    static string? Rules(ModuleImage? image, uint at, bool isInterrupted = false)
    {
        Assert.NotNull(image);
        return image.TryFindRules(TestImage.CodeAt + at, isInterrupted, out var rules) ? rules.ToString() : null;
    }
}
