using System.Buffers.Binary;
using System.Text;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Tests.Unwinding;

/// <summary>Rules of ours, each on a stack made for it: 64-bit x86 on Linux unless said.</summary>
public sealed class StackRulesTests
{
    const ulong Program = 0x400000;
    const ulong Library = 0x7f0000000000;
    const ulong Stack = 0x7ffd00000000;
    const int Sp = 7;
    const int Pc = 16;
    const int Fp = 6;

    [Fact]
    public void Goes_from_a_signal_handler_to_what_it_interrupted()
    {
        var stack = new byte[0x400];
        Write(stack, 0x00, Library + 0x1000);
        Write(stack, 0x08 + 40 + 8 * 10, Stack + 0x300);
        Write(stack, 0x08 + 40 + 8 * 15, Stack + 0x200);
        Write(stack, 0x08 + 40 + 8 * 16, Program + 0x1100);
        byte[] trampoline = [0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05];

        var found = Walk(
            Context(Program + 0x1010, Stack),
            [new(Stack, stack), new(Library + 0x1000, trampoline)],
            """
            FUNC 1000 80 0 handler
            STACK CFI INIT 1000 80 .cfa: $rsp 8 + .ra: .cfa -8 + ^
            FUNC 1100 80 0 interrupted
            """,
            "PUBLIC 1000 0 __restore_rt");

        Assert.Equal(["context handler", "cfi __restore_rt", "cfi interrupted"], Describe(found));
        Assert.Equal(Program + 0x1100, found.Frames[2].Instruction);
        Assert.Equal(Stack + 0x300, found.GetRegisters(2)[Fp]);
    }

    [Fact]
    public void Knows_by_where_it_returns_to_that_a_handler_was_called_by_the_kernel()
    {
        const ulong kernels = 0x7e0000000000;
        const int registers = 0x20 + 128 + 176 + 8;
        var stack = new byte[0x400];
        Write(stack, 0x10, 0);
        Write(stack, 0x18, kernels + 0x500);
        Write(stack, registers + 8 * 29, Stack + 0x380);
        Write(stack, registers + 8 * 31, Stack + 0x300);
        Write(stack, registers + 8 * 32, Program + 0x1100);
        var arm = CpuTraits.Find(CpuKind.Arm64)!;
        var context = new Registers();
        context.Set(arm.Pc, Program + 0x1010);
        context.Set(arm.Sp, Stack);
        context.Set(arm.Fp, Stack + 0x10);

        var found = WalkIn(
            context,
            [new(Stack, stack)],
            [
                new("program", Program, Program + 0x10000, true, () => Parse("FUNC 1000 80 0 handler\nFUNC 1100 80 0 interrupted")),
                new("linux-gate.so", kernels, kernels + 0x1000, false, () => null),
            ],
            arm);

        Assert.Equal(["context handler", "frame_pointer ", "cfi interrupted"], Describe(found));
        Assert.Equal(Program + 0x1100, found.Frames[2].Instruction);
    }

    [Fact]
    public void Follows_a_frame_pointer_to_a_caller_that_uses_the_register_for_something_else()
    {
        var stack = new byte[0x100];
        Write(stack, 0x20, Stack + 0x40);
        Write(stack, 0x28, Program + 0x1210);
        Write(stack, 0x40, 1);
        Write(stack, 0x48, Library + 0x1010);
        Write(stack, 0x50, Program + 0x1110);
        var context = Context(Program + 0x1010, Stack);
        context.Set(Fp, Stack + 0x20);

        var found = Walk(
            context,
            [new(Stack, stack)],
            "FUNC 1000 80 0 inner\nFUNC 1100 80 0 _start\nFUNC 1200 80 0 main",
            "FUNC 1000 80 0 starter\nSTACK CFI INIT 1000 80 .cfa: $rsp 8 + .ra: .cfa -8 + ^");

        Assert.Equal(["context inner", "frame_pointer main", "frame_pointer starter", "cfi _start"], Describe(found));
    }

    [Fact]
    public void Guesses_no_frame_beyond_the_stack_that_is_in_the_dump()
    {
        var stack = new byte[0x100];
        Write(stack, 0x20, Program + 0x1110);

        var found = Walk(
            Context(Program + 0x1010, Stack),
            [new(Stack, stack)],
            "FUNC 1000 80 0 large\nFUNC 1100 80 0 left\nSTACK CFI INIT 1000 80 .cfa: $rsp 512 + .ra: .cfa -8 + ^",
            null);

        Assert.Equal(["context large"], Describe(found));
        Assert.Equal(StackEnd.Truncated, found.End);
    }

    [Fact]
    public void Takes_the_return_address_of_a_call_through_a_null_pointer()
    {
        var stack = new byte[0x100];
        Write(stack, 0, Program + 0x1010);
        var context = Context(0, Stack);
        context.Set(3, 42);

        var found = Walk(context, [new(Stack, stack)], "FUNC 1000 80 0 caller", null);

        Assert.Equal(["context ", "leaf caller"], Describe(found));
        Assert.Equal(42UL, found.GetRegisters(1)[3]);
    }

    [Theory]
    [InlineData("_start", "context _start")]
    [InlineData("__libc_start_main_impl", "context __libc_start_main_impl, cfi above")]
    [InlineData("start", "context start, cfi above, cfi above")]
    public void Knows_where_stacks_begin(string function, string frames)
    {
        var stack = new byte[0x100];
        Write(stack, 0x00, Program + 0x1110);
        Write(stack, 0x08, Program + 0x1120);

        var found = Walk(
            Context(Program + 0x1010, Stack),
            [new(Stack, stack)],
            $"""
            FUNC 1000 80 0 {function}
            FUNC 1100 80 0 above
            STACK CFI INIT 1000 200 .cfa: $rsp 8 + .ra: .cfa -8 + ^
            """,
            null);

        Assert.Equal(frames, string.Join(", ", Describe(found)));
        Assert.Equal(StackEnd.Complete, found.End);
    }

    [Fact]
    public void Knows_the_programs_entry_without_symbols()
    {
        var stack = new byte[0x100];
        Write(stack, 0x08, Program + 0x1100);
        Write(stack, 0x10, Program + 0x1129);
        Write(stack, 0x18, Program + 0x1200);

        var found = Walk(Context(Program + 0x1010, Stack), [new(Stack, stack)], null, null, entry: Program + 0x1100);

        Assert.Equal([Program + 0x1010, Program + 0x1129], found.Frames.Select(frame => frame.Pc));
        Assert.Equal(StackEnd.Complete, found.End);
    }

    [Theory]
    [InlineData(null, "context __libc_start_main")]
    [InlineData(Program + 0x1100, "context __libc_start_main, scan _start")]
    public void Scans_above_start_code_for_the_programs_entry_only(ulong? entry, string frames)
    {
        var stack = new byte[0x100];
        Write(stack, 0x08, Program + 0x1210);
        Write(stack, 0x18, Program + 0x1129);

        var found = Walk(
            Context(Library + 0x1010, Stack),
            [new(Stack, stack)],
            "FUNC 1100 80 0 _start\nFUNC 1200 80 0 initialize",
            "FUNC 1000 80 0 __libc_start_main",
            entry);

        Assert.Equal(frames, string.Join(", ", Describe(found)));
        Assert.Equal(StackEnd.Complete, found.End);
    }

    [Fact]
    public void Counts_offsets_of_inlined_calls_from_where_their_code_begins()
    {
        var found = Walk(
            Context(Program + 0x1024, Stack),
            [],
            """
            INLINE_ORIGIN 0 outer
            INLINE_ORIGIN 1 inner
            FUNC 1000 80 0 caller
            INLINE 0 7 0 0 1004 8 1010 30
            INLINE 1 8 0 1 1020 10
            1000 80 9 0
            """,
            null);

        Assert.Equal(
            [("inner", 4UL), ("outer", 0x14UL)],
            found.Frames[0].Location.Inlines.Select(call => (call.Function, call.Offset)));
    }

    [Fact]
    public void Looks_above_main_in_the_program_and_the_c_library_only()
    {
        var stack = new byte[0x200];
        Write(stack, 0x20, Library + 0x2010);
        Write(stack, 0x40, Program + 0x1110);

        var found = Walk(
            Context(Program + 0x1010, Stack), [new(Stack, stack)], "FUNC 1000 80 0 main\nFUNC 1100 80 0 _start", null);

        Assert.Equal(["context main", "scan _start"], Describe(found));
    }

    [Fact]
    public void Does_not_take_an_address_for_a_return_address_that_no_call_is_before()
    {
        var stack = new byte[0x100];
        Write(stack, 0x08, Program + 0x1110);
        Write(stack, 0x10, Program + 0x1130);
        var code = new byte[0x100];
        code[0x2b] = 0xe8;

        var found = Walk(
            Context(Program + 0x1010, Stack), [new(Stack, stack), new(Program + 0x1100, code)], null, null);

        Assert.Equal([Program + 0x1010, Program + 0x1130], found.Frames.Select(frame => frame.Pc));
    }

    [Fact]
    public void Follows_a_stack_that_unwind_rules_say_was_left_for_another()
    {
        const ulong signalStack = Stack + 0x100000;
        var upper = new byte[0x100];
        Write(upper, 0x08, Program + 0x1110);
        Write(upper, 0x00, Stack);

        var found = Walk(
            Context(Program + 0x1010, signalStack),
            [new(Stack, new byte[0x100]), new(signalStack, upper)],
            """
            FUNC 1000 80 0 on_its_own_stack
            FUNC 1100 80 0 switched
            STACK CFI INIT 1000 80 .cfa: $rsp ^ 16 + .ra: $rsp 8 + ^
            STACK CFI INIT 1100 80 .cfa: $rsp 8 + .ra: .undef
            """,
            null);

        Assert.Equal(["context on_its_own_stack", "cfi switched"], Describe(found));
        Assert.Equal(StackEnd.Complete, found.End);
    }

    [Fact]
    public void Does_not_go_in_circles()
    {
        var stack = new byte[0x100];
        Write(stack, 0x00, Stack + 0x40);
        Write(stack, 0x40, Stack);
        var rules = """
            FUNC 1000 80 0 a
            STACK CFI INIT 1000 80 .cfa: $rsp ^ .ra: $rip $rbx: $rbx
            """;

        var found = Walk(Context(Program + 0x1010, Stack), [new(Stack, stack)], rules, null);

        Assert.True(found.Frames.Count < 10);
    }

    [Fact]
    public void Calls_a_stack_without_memory_truncated() =>
        Assert.Equal(StackEnd.Truncated, Walk(Context(Program + 0x1010, Stack), [], null, null).End);

    [Theory]
    [InlineData("ff d0", true)]
    [InlineData("41 ff d3", true)]
    [InlineData("ff 15 00 00 00 00", true)]
    [InlineData("ff 94 24 80 00 00 00", true)]
    [InlineData("e8 00 00 00 00", true)]
    [InlineData("ff e0", false)]
    [InlineData("89 c3 90 90 90", false)]
    public void Recognises_calls(string code, bool isCall)
    {
        byte[] bytes = [.. new byte[8], .. Convert.FromHexString(code.Replace(" ", "", StringComparison.Ordinal))];

        Assert.Equal(isCall, CallCode.EndsWithCall(CpuKind.Amd64, bytes.AsSpan(bytes.Length - 7)));
    }

    static IEnumerable<string> Describe(CallStack stack) =>
        stack.Frames.Select(frame => $"{frame.Trust.Word} {frame.Location.Function}");

    static Registers Context(ulong pc, ulong sp)
    {
        var registers = new Registers();
        registers.Set(Pc, pc);
        registers.Set(Sp, sp);
        return registers;
    }

    static CallStack Walk(
        Registers context, MemoryRegion[] memory, string? program, string? library, ulong? entry = null)
    {
        CodeModule[] modules =
        [
            new("program", Program, Program + 0x10000, true, () => Parse(program)),
            new("libother.so", Library, Library + 0x10000, false, () => Parse(library)),
        ];
        return WalkIn(context, memory, modules, CpuTraits.Find(CpuKind.Amd64)!, entry);
    }

    static CallStack WalkIn(
        Registers context, MemoryRegion[] memory, CodeModule[] modules, CpuTraits cpu, ulong? entry = null)
    {
        var ranges = Array.ConvertAll(modules, module => new AddressIndex.Range(module.Start, module.End, 0));
        return new ThreadWalker(new()
        {
            Cpu = cpu,
            Os = OsKind.Linux,
            EntryPoint = entry,
            Memory = MemoryMap.Build(memory, false),
            Code = new(modules, AddressIndex.Build(ranges)),
        }).Walk(context, int.MaxValue);
    }

    static SymbolTable? Parse(string? text) =>
        text is null ? null : SymbolTable.Parse(Encoding.ASCII.GetBytes(text + "\n"), out _);

    static void Write(byte[] stack, int offset, ulong word) =>
        BinaryPrimitives.WriteUInt64LittleEndian(stack.AsSpan(offset), word);
}
