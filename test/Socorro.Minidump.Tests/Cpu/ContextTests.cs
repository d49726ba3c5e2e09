using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Tests.Cpu;

public sealed class ContextTests
{
    const uint Linux = 0x8201;
    const uint Windows = 3;

    /// <summary>
    /// Each CPU's structure by the documents that define it: size, flags, and where some registers stand.
    /// </summary>
    static readonly Shape[] Shapes =
    [
        new(CpuKind.X86, 0, 716, 0x1003f, 0, 4,
            [("eip", 184, 4), ("esp", 196, 4), ("ebp", 180, 4), ("edi", 156, 4), ("eflags", 192, 4)]),
        new(CpuKind.X86, 10, 716, 0x1003f, 0, 4,
            [("eax", 176, 4), ("ecx", 172, 4), ("edx", 168, 4), ("ebx", 164, 4), ("esi", 160, 4)]),
        new(CpuKind.Amd64, 9, 1232, 0x10001f, 48, 4,
            [("rip", 248, 8), ("rsp", 152, 8), ("rbp", 160, 8), ("rax", 120, 8), ("rcx", 128, 8), ("rdx", 136, 8),
                ("rbx", 144, 8), ("rsi", 168, 8), ("rdi", 176, 8), ("r8", 184, 8), ("r15", 240, 8)]),
        new(CpuKind.Arm, 5, 368, 0x40000006, 0, 4,
            [("r0", 4, 4), ("fp", 48, 4), ("sp", 56, 4), ("lr", 60, 4), ("pc", 64, 4), ("cpsr", 68, 4)]),
        new(CpuKind.Arm, 5, 416, 0x0020000f, 0, 4, [("r0", 4, 4), ("sp", 56, 4), ("pc", 64, 4)]),
        new(CpuKind.Arm64, 12, 912, 0x400007, 0, 4,
            [("x0", 8, 8), ("x28", 232, 8), ("fp", 240, 8), ("lr", 248, 8), ("sp", 256, 8), ("pc", 264, 8),
                ("cpsr", 4, 4)]),
        new(CpuKind.Arm64, 0x8003, 796, 0x80000006, 0, 8,
            [("x0", 8, 8), ("fp", 240, 8), ("sp", 256, 8), ("pc", 264, 8), ("cpsr", 272, 4)]),
        new(CpuKind.Mips, 1, 600, 0x40007, 0, 4,
            [("a0", 40, 8), ("sp", 240, 8), ("fp", 248, 8), ("ra", 256, 8), ("pc", 312, 8)]),
        new(CpuKind.Mips64, 0x8004, 600, 0x80007, 0, 4,
            [("s0", 136, 8), ("sp", 240, 8), ("ra", 256, 8), ("hi", 264, 8), ("lo", 272, 8), ("pc", 312, 8)]),
        new(CpuKind.Ppc, 3, 1004, 0x20000003, 0, 4, [("r0", 12, 4), ("r1", 16, 4), ("srr0", 4, 4), ("lr", 148, 4)]),
        new(CpuKind.Ppc64, 0x8002, 1160, 0x1000003, 0, 8,
            [("r0", 24, 8), ("r1", 32, 8), ("srr0", 8, 8), ("lr", 296, 8)]),
        new(CpuKind.Sparc, 0x8001, 584, 0x10000003, 0, 4,
            [("g0", 8, 8), ("sp", 120, 8), ("fp", 248, 8), ("pc", 272, 8)]),
        new(CpuKind.RiscV, 0x8005, 268, 0x00800007, 0, 4,
            [("pc", 8, 4), ("ra", 12, 4), ("sp", 16, 4), ("s0", 40, 4), ("t6", 132, 4)]),
        new(CpuKind.RiscV64, 0x8006, 528, 0x08000007, 0, 4,
            [("pc", 8, 8), ("ra", 16, 8), ("sp", 24, 8), ("s0", 72, 8), ("t6", 256, 8)]),
    ];

    public static TheoryData<int, bool> EachShape() => InBothOrders(_ => true);

    // That of Windows on ARM has another size than Breakpad's, by which a context is recognised.
    public static TheoryData<int, bool> EachRecognisableShape() => InBothOrders(shape => shape.Size != 416);

    [Theory]
    [MemberData(nameof(EachShape))]
    public void Reads_the_registers_of_each_CPU_in_either_byte_order(int index, bool bigEndian)
    {
        var shape = Shapes[index];
        var dump = Dump(shape, bigEndian, platform: Linux);

        Assert.Equal(shape.Cpu, dump.Cpu);
        AssertRegisters(shape, Assert.Single(dump.Threads).Context);
        Assert.Empty(dump.Problems);
    }

    [Theory]
    [MemberData(nameof(EachRecognisableShape))]
    public void Recognises_the_CPU_of_a_dump_without_system_information(int index, bool bigEndian)
    {
        var shape = Shapes[index];
        var dump = Dump(shape, bigEndian, platform: null);

        Assert.Equal(shape.Cpu, dump.Cpu);
        AssertRegisters(shape, Assert.Single(dump.Threads).Context);
    }

    // CONTEXT_EXCEPTION_ACTIVE and its like are other CPUs' bits.
    [Theory]
    [InlineData(0x08000000)]
    [InlineData(0x10000000)]
    [InlineData(0x40000000)]
    [InlineData(0x80000000)]
    [InlineData(0xd8000000)]
    public void Takes_no_notice_of_how_Windows_captured_a_context(uint bits)
    {
        var shape = Shapes[2];
        var dump = Dump(shape with { Flags = shape.Flags | bits }, false, Windows);

        AssertRegisters(shape, Assert.Single(dump.Threads).Context);
    }

    [Fact]
    public void Reads_a_context_whose_flags_were_never_set()
    {
        var shape = Shapes[2];
        var dump = Dump(shape with { Flags = 0 }, false, Windows);

        AssertRegisters(shape, Assert.Single(dump.Threads).Context);
        Assert.Single(dump.Problems);
    }

    [Fact]
    public void Refuses_the_context_of_another_CPU()
    {
        var dump = Dump(Shapes[2] with { Flags = 0x1003f }, false, Windows);

        Assert.Null(Assert.Single(dump.Threads).Context);
        Assert.Equal("has a context with the flags 0x1003f, which are not of Amd64", Assert.Single(dump.Problems).What);
    }

    [Theory]
    [InlineData(204, true)] // without the extended registers
    [InlineData(100, false)]
    public void Needs_of_a_context_only_the_part_with_the_registers(int size, bool isReadable)
    {
        var dump = Dump(Shapes[0], false, Windows, size);

        Assert.Equal(isReadable, Assert.Single(dump.Threads).Context is not null);
    }

    [Fact]
    public void Masks_what_a_32_bit_MIPS_stores_in_64_bits()
    {
        var synthetic = new SyntheticDump();
        var context = synthetic.Layout().Zeros(600).Put(0, 0x40007, 4).Put(240, 0xffffffff80001000, 8);
        synthetic.System(1, Linux);
        var rva = synthetic.Add(context);
        var dump = synthetic.Stream(3, synthetic.Layout().U32(1).Zeros(40).U32(600).U32(rva)).Open();

        Assert.Equal(0x80001000UL, dump.Threads[0].Context?.StackPointer);
    }

    // An old context whose size is rounded up looks like neither, but for its flags.
    [Fact]
    public void Tells_contexts_of_arm64_apart_by_their_flags_where_the_size_is_neithers()
    {
        var shape = Shapes.Single(one => one.Size == 796);

        AssertRegisters(shape, Assert.Single(Dump(shape with { Size = 800 }, false, Linux).Threads).Context);
        AssertRegisters(Shapes.Single(one => one.Size == 912), Dump(Shapes.Single(one => one.Size == 912) with { Architecture = 0x8003 }, true, Linux).Threads[0].Context);
    }

    [Fact]
    public void Reads_MIPS_contexts_in_the_width_that_their_flags_say()
    {
        var wide = Shapes.Single(shape => shape.Cpu == CpuKind.Mips64) with { Architecture = 1 };
        var narrow = Shapes.Single(shape => shape.Cpu == CpuKind.Mips) with { Architecture = 0x8004 };

        Assert.Equal(CpuKind.Mips64, Dump(wide, true, Linux).Cpu);
        AssertRegisters(wide, Dump(wide, true, Linux).Threads[0].Context);
        AssertRegisters(narrow, Dump(narrow, false, Linux).Threads[0].Context);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Finds_each_feature_of_the_extended_state_in_either_format(bool isCompacted)
    {
        // Standard offsets count from the legacy state of 512 bytes in front of the header.
        var features = new (uint, uint)[64];
        (features[2], features[9], features[11]) = ((576, 256), (2688, 8), (2704, 16));
        var compaction = isCompacted ? 1UL << 63 | 0xa04 : 0;
        var end = isCompacted ? 344 : 64 + 2704 - 576 + 16;
        var tail = new Layout(false).Zeros(16).U32(24).U32(0).U64(0xa04).U64(compaction).Zeros(48).Zeros(end - 64);
        var ssp = 24 + end - 8;
        tail.Put(ssp, 0x7fff1000, 8);
        var fields = new Minidumps.Format.Fields(tail.ToArray(), false);
        var layout = new ExtendedStateLayout(0, 0xa07, features);

        Assert.Equal([2, 9, 11], ExtendedState.FindAll(fields, layout).Select(feature => feature.Number));
        Assert.Equal(0x7fff1000UL, ExtendedState.FindShadowStackPointer(fields, layout));
        Assert.Equal([2, 9], ExtendedState.FindAll(fields.Slice(0, tail.Length - 1), layout).Select(feature => feature.Number));
        Assert.Empty(ExtendedState.FindAll(fields.Slice(0, 23), layout));
    }

    [Fact]
    public void Finds_the_shadow_stack_in_the_extended_state()
    {
        var dump = RealDumps.Open("breakpad", "tiny-exe-with-cet-xsave.dmp");

        Assert.Equal(0xcbc83fefc8UL, dump.Threads[0].Context?.ShadowStackPointer);
    }

    [Fact]
    public void Finds_no_shadow_stack_where_the_feature_was_not_saved()
    {
        var dump = RealDumps.Open("breakpad", "tiny-exe-with-cet-xsave-x86.dmp");

        Assert.All(dump.Threads, thread => Assert.Null(thread.Context!.ShadowStackPointer));
    }

    static TheoryData<int, bool> InBothOrders(Func<Shape, bool> isWanted)
    {
        var indexes = Enumerable.Range(0, Shapes.Length).Where(i => isWanted(Shapes[i]));
        return [.. indexes.SelectMany(i => new (int, bool)[] { (i, false), (i, true) })];
    }

    static void AssertRegisters(Shape shape, Context? context)
    {
        Assert.NotNull(context);
        foreach (var (name, offset, width) in shape.Registers)
        {
            var index = context.Traits.FindRegister(System.Text.Encoding.ASCII.GetBytes(name));
            Assert.Equal(Value(offset, shape.Cpu == CpuKind.Mips ? 4 : width), context.Registers[index]);
        }
    }

    static Minidump Dump(Shape shape, bool bigEndian, uint? platform, int? size = null)
    {
        var synthetic = new SyntheticDump(bigEndian);
        var context = synthetic.Layout().Zeros(shape.Size);
        context.Put(shape.FlagsOffset, shape.Flags, shape.FlagsWidth);
        foreach (var (_, offset, width) in shape.Registers)
            context.Put(offset, Value(offset, width), width);

        if (platform is { } system)
            synthetic.System(shape.Architecture, system);
        var bytes = context.ToArray().AsSpan(0, size ?? shape.Size).ToArray();
        var rva = synthetic.Add(bytes);
        return synthetic.Stream(3, synthetic.Layout().U32(1).U32(7).Zeros(36).U32((uint)bytes.Length).U32(rva)).Open();
    }

    // A value that tells where it was read, and in which byte order.
    static ulong Value(int offset, int width)
    {
        var value = 0x1122334400000000UL | 0x55660000UL | (uint)offset;
        return width == 8 ? value : (uint)value;
    }

    sealed record Shape(
        CpuKind Cpu,
        ushort Architecture,
        int Size,
        ulong Flags,
        int FlagsOffset,
        int FlagsWidth,
        (string Name, int Offset, int Width)[] Registers);
}
