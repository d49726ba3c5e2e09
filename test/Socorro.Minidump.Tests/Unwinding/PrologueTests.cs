using System.Buffers.Binary;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Tests.Unwinding;

/// <summary>Functions without unwind rules, as gcc compiles them, whose code the dump has.</summary>
public sealed class PrologueTests
{
    const ulong Program = 0x400000;
    const ulong Stack = 0x800000;

    // addiu sp, -32; sw ra, 28(sp); sw s0, 24(sp); lw a0, 0(a0)
    const string MipsFrame = "27bdffe0 afbf001c afb00018 8c840000";

    // addiu sp, -40; sw ra, 36(sp); sw s8, 32(sp); move s8, sp; subu sp, sp, a0
    const string MipsDynamic = "27bdffd8 afbf0024 afbe0020 03a0f021 03a4e823";

    // c.addi sp, -32; c.sdsp ra, 24; c.sdsp s0, 16; c.addi4spn s0, sp, 32; ld a0, 0(a0)
    const string RiscVFrame = "1101 ec06 e822 1000 00053503";

    // addi sp, sp, -48; sd ra, 40(sp); sd s0, 32(sp)
    const string RiscVWide = "fd010113 02113423 02813023";

    [Theory]
    [InlineData(CpuKind.Mips, MipsFrame, 32, 28, 24, "s0")]
    [InlineData(CpuKind.Mips, MipsDynamic, 40, 36, 32, "fp")]
    [InlineData(CpuKind.RiscV64, RiscVFrame, 32, 24, 16, "s0")]
    [InlineData(CpuKind.RiscV64, RiscVWide, 48, 40, 32, "s0")]
    public void Say_where_the_caller_is(CpuKind kind, string code, int size, int linkAt, int savedAt, string saved)
    {
        var cpu = CpuTraits.Find(kind)!;
        var stack = new byte[0x100];
        Write(stack, linkAt, Program + 0x208, cpu.PointerSize);
        Write(stack, savedAt, 42, cpu.PointerSize);
        var bytes = Assemble(code);
        var registers = new Registers();
        registers.Set(cpu.Pc, Program + 0x100 + (ulong)bytes.Length);
        registers.Set(cpu.Sp, code == MipsDynamic ? Stack - 0x40 : Stack);
        registers.Set(cpu.Lr, Program + 0x108);
        registers.Set(cpu.Fp, code == MipsDynamic ? Stack : Stack + (ulong)size);

        var found = Walk(cpu, registers, [new(Stack, stack), new(Program + 0x100, bytes)]);

        Assert.Equal("context callee, code caller", string.Join(", ", found.Frames.Take(2).Select(frame => $"{frame.Trust.Word} {frame.Location.Function}")));
        Assert.Equal(Stack + (ulong)size, found.GetRegisters(1)[cpu.Sp]);
        Assert.Equal(42UL, found.GetRegisters(1)[cpu.RegisterNames.ToList().IndexOf(saved)]);
    }

    [Fact]
    public void Are_not_believed_to_have_saved_what_they_have_not_come_to()
    {
        var cpu = CpuTraits.Find(CpuKind.Mips)!;
        var registers = new Registers();
        registers.Set(cpu.Pc, Program + 0x104);
        registers.Set(cpu.Sp, Stack);
        registers.Set(cpu.Lr, Program + 0x208);

        var found = Walk(cpu, registers, [new(Stack, new byte[0x100]), new(Program + 0x100, Assemble(MipsFrame))]);

        Assert.Equal((Program + 0x208, Stack + 32), (found.Frames[1].Pc, found.GetRegisters(1)[cpu.Sp]));
    }

    [Theory]
    [InlineData("0320f809", true)]
    [InlineData("0c100000", true)]
    [InlineData("04110010", true)]
    [InlineData("8c840000", false)]
    public void Stand_in_functions_that_a_call_has_entered(string call, bool isCall)
    {
        var cpu = CpuTraits.Find(CpuKind.Mips)!;
        var walk = Context(cpu, [new(Program + 0x200, Assemble($"{call} 00000000"))]);

        Assert.Equal(isCall, CallCode.FollowsCall(walk, Program + 0x208));
    }

    static CallStack Walk(CpuTraits cpu, Registers registers, MemoryRegion[] memory) =>
        new ThreadWalker(Context(cpu, memory)).Walk(registers, int.MaxValue);

    static WalkContext Context(CpuTraits cpu, MemoryRegion[] memory) => new()
    {
        Cpu = cpu,
        Os = OsKind.Linux,
        Memory = MemoryMap.Build(memory, false),
        Code = new(
            [
                new("program", Program, Program + 0x1000, true, () => SymbolTable.Parse("FUNC 100 80 0 callee\nFUNC 1c0 80 0 caller\n"u8.ToArray(), out _)),
            ],
            AddressIndex.Build([new(Program, Program + 0x1000, 0)])),
    };

    /// <summary>Little-endian instructions of 4 or 2 bytes, written as numbers.</summary>
    static byte[] Assemble(string code) =>
        [.. code.Split(' ').SelectMany(word => Convert.FromHexString(word).Reverse())];

    static void Write(byte[] stack, int offset, ulong word, int size)
    {
        if (size == 8)
            BinaryPrimitives.WriteUInt64LittleEndian(stack.AsSpan(offset), word);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(stack.AsSpan(offset), (uint)word);
    }
}
