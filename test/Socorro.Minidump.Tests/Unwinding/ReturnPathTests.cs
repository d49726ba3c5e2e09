using System.Buffers.Binary;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Tests.Unwinding;

/// <summary>What the code of an interrupted function that nothing describes tells of its caller.</summary>
public sealed class ReturnPathTests
{
    const ulong Program = 0x400000;
    const ulong Stack = 0x800000;

    [Theory]
    // ldr w0, [x0]; ret
    [InlineData(CpuKind.Arm64, "b9400000 d65f03c0", 0)]
    // cbz x0, +12; bl +16; udf; add sp, sp, 32; ret
    [InlineData(CpuKind.Arm64, "b4000060 94000004 00000000 910083ff d65f03c0", 32)]
    // stp x29, x30, [sp, -16]!; bl +16
    [InlineData(CpuKind.Arm64, "a9bf7bfd 94000004", null)]
    // ldp x29, x30, [sp], 16; ret
    [InlineData(CpuKind.Arm64, "a8c17bfd d65f03c0", null)]
    // ldr r0, [r0]; bx lr
    [InlineData(CpuKind.Arm, "6800 4770", 0)]
    // b +4; udf; add sp, 8; pop {r4, r5}; bx lr
    [InlineData(CpuKind.Arm, "e000 de00 b002 bc30 4770", 16)]
    // ldrd r4, r5, [sp], 8; bx lr
    [InlineData(CpuKind.Arm, "e8fd 4502 4770", 8)]
    // pop {r4, pc}
    [InlineData(CpuKind.Arm, "bd10", null)]
    // c.lw a0, 0(a0); c.jr ra
    [InlineData(CpuKind.RiscV64, "4108 8082", 0)]
    // c.beqz a0, +6; jal ra, +16; c.addi sp, 16; c.jr ra
    [InlineData(CpuKind.RiscV64, "c119 00ef 0100 0141 8082", 16)]
    // c.ldsp ra, 8(sp); c.addi sp, 16; c.jr ra
    [InlineData(CpuKind.RiscV64, "60a2 0141 8082", null)]
    public void Finds_whether_the_link_register_is_where_it_returns_to(CpuKind kind, string code, int? released)
    {
        var cpu = CpuTraits.Find(kind)!;
        var registers = new Registers();
        registers.Set(cpu.Pc, Program + 0x100);
        if (kind == CpuKind.Arm)
            registers.Set(16, 1 << 5);

        var found = ReturnPath.TryFind(Context(cpu, [new(Program + 0x100, Assemble(code))]), in registers, out var bytes);

        Assert.Equal(released, found ? (int)bytes : null);
    }

    [Theory]
    // mov eax, [rax]; ret
    [InlineData("8b00 c3", 0)]
    // test eax, eax; jz +5; call; pop rbx; add rsp, 8; ret
    [InlineData("85c0 7405 e800000000 5b 4883c408 c3", 16)]
    // push rbx; pop rbx; ret
    [InlineData("53 5b c3", 0)]
    // mov rsp, rbp; pop rbp; ret
    [InlineData("4889ec 5d c3", 0x28)]
    // leave; ret
    [InlineData("c9 c3", 0x28)]
    public void Runs_code_of_amd64_to_its_return(string code, int returnAt)
    {
        const int rbx = 3, rbp = 6, sp = 7, pc = 16;
        var stack = new byte[0x100];
        for (var i = 0; i < stack.Length; i += 8)
            BinaryPrimitives.WriteUInt64LittleEndian(stack.AsSpan(i), Stack + (ulong)i);
        BinaryPrimitives.WriteUInt64LittleEndian(stack.AsSpan(returnAt), Program + 0x200);
        var registers = new Registers();
        registers.Set(pc, Program + 0x100);
        registers.Set(sp, Stack);
        registers.Set(rbp, Stack + 0x20);
        registers.Set(rbx, 42);
        var bytes = Convert.FromHexString(code.Replace(" ", "", StringComparison.Ordinal));
        byte[] call = [0xe8, 0, 0, 0, 0];

        var found = new ThreadWalker(
            Context(CpuTraits.Find(CpuKind.Amd64)!, [new(Stack, stack), new(Program + 0x100, bytes), new(Program + 0x1fb, call)]))
            .Walk(registers, int.MaxValue);

        Assert.Equal((Program + 0x200, Stack + (ulong)returnAt + 8), (found.Frames[1].Pc, found.GetRegisters(1)[sp]));
        if (code.StartsWith("85c0", StringComparison.Ordinal))
            Assert.Equal(Stack, found.GetRegisters(1)[rbx]);
    }

    [Theory]
    // call; ret
    [InlineData("e800000000 c3")]
    // ud2; ret
    [InlineData("0f0b c3")]
    // jmp rax
    [InlineData("ffe0")]
    // jmp to itself
    [InlineData("ebfe")]
    public void Gives_up_where_code_may_not_go_on(string code)
    {
        var registers = new Registers();
        registers.Set(16, Program + 0x100);
        registers.Set(7, Stack);
        var bytes = Convert.FromHexString(code.Replace(" ", "", StringComparison.Ordinal));
        var walk = Context(CpuTraits.Find(CpuKind.Amd64)!, [new(Stack, new byte[64]), new(Program + 0x100, bytes)]);

        Assert.False(new X86ReturnPath(walk).TryFind(in registers, out _));
    }

    static WalkContext Context(CpuTraits cpu, MemoryRegion[] memory) => new()
    {
        Cpu = cpu,
        Os = OsKind.Linux,
        Memory = MemoryMap.Build(memory, false),
        Code = new(
            [new("program", Program, Program + 0x1000, true, () => null)],
            AddressIndex.Build([new(Program, Program + 0x1000, 0)])),
    };

    /// <summary>Little-endian instructions of 4 or 2 bytes, written as numbers.</summary>
    static byte[] Assemble(string code) =>
        [.. code.Split(' ').SelectMany(word => Convert.FromHexString(word).Reverse())];
}
