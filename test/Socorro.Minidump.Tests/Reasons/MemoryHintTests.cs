using Socorro.Minidumps.Reasons;

namespace Socorro.Minidumps.Tests.Reasons;

/// <summary>What a dump's memory adds to the reason of its crash.</summary>
public sealed class MemoryHintTests
{
    [Theory]
    [InlineData(0, 4)]
    [InlineData(9, 8)]
    public void Names_the_type_of_a_thrown_C_plus_plus_object(ushort architecture, int width)
    {
        // The structures of ehdata.h: throw info, array of catchable types, the types, their descriptors.
        const ulong imageBase = 0x10000;
        var relative = width == 8 ? 0UL : imageBase;
        var memory = new Layout(false).Zeros(0x200)
            .Put(0x0c, relative + 0x20, 4)
            .Put(0x20, 2, 4).Put(0x24, relative + 0x40, 4).Put(0x28, relative + 0x60, 4)
            .Put(0x44, relative + 0x80, 4).Put(0x64, relative + 0xc0, 4);
        Write(memory, 0x80 + 2 * width, ".?AVbad_alloc@std@@");
        Write(memory, 0xc0 + 2 * width, ".?AVexception@std@@");
        ulong[] parameters = [0x19930520, 0x7777, imageBase, .. width == 8 ? [imageBase] : Array.Empty<ulong>()];
        var dump = Dump(architecture, 0xe06d7363, 0, parameters, imageBase, memory);

        Assert.Equal(["std::bad_alloc", "std::exception"], ThrownObject.Read(dump)?.Types);
        var reason = CrashReason.Explain(dump);
        Assert.Equal("Unhandled C++ Exception", reason?.Text);
        Assert.Equal("a C++ object of type std::bad_alloc was thrown", reason?.Detail);
    }

    [Fact]
    public void Names_no_type_where_the_memory_was_not_captured()
    {
        var dump = Dump(9, 0xe06d7363, 0, [0x19930520, 1, 0x10000, 0x10000], 0x999000, new Layout(false).Zeros(4));

        Assert.Null(ThrownObject.Read(dump));
        Assert.Null(CrashReason.Explain(dump)?.Detail);
    }

    [Theory]
    [InlineData(".?AVbad_alloc@std@@", "std::bad_alloc")]
    [InlineData(".?AUError@detail@app@@", "app::detail::Error")]
    [InlineData(".?AW4Code@app@@", "app::Code")]
    [InlineData(".H", "int")]
    [InlineData(".PEBD", "const char *")]
    [InlineData(".?AV?$Holder@H@app@@", ".?AV?$Holder@H@app@@")]
    [InlineData("plain", "plain")]
    [InlineData(".?AV@@", ".?AV@@")]
    public void Undecorates_the_names_of_thrown_types(string decorated, string name) =>
        Assert.Equal(name, CppTypeName.Read(decorated));

    [Theory]
    [InlineData(0, 4)]
    [InlineData(9, 8)]
    public void Follows_the_exceptions_that_were_being_handled(ushort architecture, int width)
    {
        // The first record points to the second, and that to itself.
        var memory = new Layout(false).Zeros(0x400)
            .Put(0, 0xc0000005, 4).Put(8, 0x20200, width).Put(8 + width, 0x401000, width).Put(8 + 2 * width, 2, 4)
            .Put(8 + 3 * width, 1, width).Put(8 + 4 * width, 0x45, width)
            .Put(0x200, 0xc0000094, 4).Put(0x208, 0x20200, width);
        var chain = NestedRecord.ReadAll(Dump(architecture, 0xc0000026, 0x20000, [], 0x20000, memory));

        Assert.Equal(16, chain.Count);
        Assert.Equal((0xc0000005u, 0x401000UL), (chain[0].Code, chain[0].Address));
        Assert.Equal([1UL, 0x45UL], chain[0].Parameters);
        Assert.Equal(0xc0000094u, chain[1].Code);
    }

    [Theory]
    [InlineData("linux-amd64", "stackoverflow.dmp", true)]
    [InlineData("linux-x86", "stackoverflow.dmp", true)]
    [InlineData("breakpad", "stack_exhaustion.dmp", true)]
    [InlineData("linux-amd64", "null.dmp", false)]
    [InlineData("linux-amd64", "deep900.dmp", false)]
    [InlineData("linux-amd64", "readonly.dmp", false)]
    [InlineData("linux-amd64", "abort.dmp", false)]
    [InlineData("linux-amd64", "raise.dmp", false)]
    [InlineData("breakpad", "linux_overflow.dmp", false)]
    [InlineData("breakpad", "null_read_av.dmp", false)]
    public void Recognises_a_stack_that_was_used_up(string folder, string name, bool isOverflow)
    {
        var dump = RealDumps.Open(folder, name);

        Assert.Equal(isOverflow, StackOverflow.IsLikely(dump));
    }

    [Theory]
    [InlineData(0x1f000000UL, true)] // far into the guard, with the stack pointer still above it
    [InlineData(0x1e000000UL, false)] // below the guard
    [InlineData(0x30000000UL, false)] // a guard that is not the stack's
    public void Recognises_a_function_that_reaches_into_the_guard_far_below(ulong address, bool isOverflow)
    {
        const string maps = "1eff0000-20000000 ---p 00000000 00:00 0\n20000000-20010000 rw-p 00000000 00:00 0\n30000000-30001000 ---p 00000000 00:00 0\n";
        var synthetic = new SyntheticDump().System(9, 0x8201).Stream(0x47670009, System.Text.Encoding.UTF8.GetBytes(maps));
        var context = synthetic.Add(synthetic.Layout().Zeros(1232).Put(48, 0x10000f, 4).Put(152, 0x20001000, 8));
        var dump = synthetic.Stream(6, synthetic.Layout().U32(7).U32(0).U32(11).U32(2).U64(0).U64(address).Zeros(128).U32(1232).U32(context)).Open();

        Assert.Equal(isOverflow, StackOverflow.IsLikely(dump));
    }

    [Theory]
    [InlineData(0xc0000409, 7UL, "the program ended itself, as abort and the panics of Rust do")]
    [InlineData(0xc0000409, 2UL, null)]
    [InlineData(0xc0000374, 0x7ff0UL, "the heap was found to be corrupt; who damaged it may have done so long before")]
    [InlineData(0xe0000008, 4096UL, "an allocation of 4096 bytes failed")]
    [InlineData(0xe0434352, 0x80131509UL, "a .NET exception with HRESULT 0x80131509 was thrown")]
    public void Tells_what_else_an_exception_of_Windows_says(uint code, ulong parameter, string? detail) =>
        Assert.Equal(detail, CrashReason.Explain(Dump(9, code, 0, [parameter], 0x10000, new Layout(false).Zeros(4)))?.Detail);

    static void Write(Layout layout, int offset, string text)
    {
        for (var i = 0; i < text.Length; i++)
            layout.Put(offset + i, text[i], 1);
    }

    static Minidump Dump(ushort architecture, uint code, ulong chained, ulong[] parameters, ulong address,
        Layout memory)
    {
        var synthetic = new SyntheticDump().System(architecture, 3);
        var bytes = synthetic.Add(memory);
        var exception = synthetic.Layout().U32(7).U32(0).U32(code).U32(0).U64(chained).U64(0x401000)
            .U32((uint)parameters.Length).U32(0);
        for (var i = 0; i < 15; i++)
            exception.U64(i < parameters.Length ? parameters[i] : 0);
        synthetic.Stream(6, exception.U32(0).U32(0));
        return synthetic.Stream(5, synthetic.Layout().U32(1).U64(address).U32((uint)memory.Length).U32(bytes)).Open();
    }
}
