using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Instructions;
using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Tests.Instructions;

public sealed class ArmInstructionTests
{
    const ulong Code = 0x10000;
    const int Cpsr = 16;

    // Registers hold 0x1000 times one more than their number: x1 is 0x2000.
    [Theory]
    [InlineData(0xf9400420, "ldr x0, [x1, #0x8]", "2008/8/Read")]
    [InlineData(0xb9000fe2, "str w2, [sp, #0xc]", "2000c/4/Write")]
    [InlineData(0x39400020, "ldrb w0, [x1]", "2000/1/Read")]
    [InlineData(0x79c00020, "ldrsh w0, [x1]", "2000/2/Read")]
    [InlineData(0xb9800020, "ldrsw x0, [x1]", "2000/4/Read")]
    [InlineData(0xf85f8020, "ldur x0, [x1, #-0x8]", "1ff8/8/Read")]
    [InlineData(0xf8408420, "ldr x0, [x1], #0x8", "2000/8/Read")]
    [InlineData(0xf8408c20, "ldr x0, [x1, #0x8]!", "2008/8/Read")]
    [InlineData(0xf8627820, "ldr x0, [x1, x2, lsl #3]", "1a000/8/Read")]
    [InlineData(0xb862d820, "ldr w0, [x1, w2, sxtw #2]", "e000/4/Read")]
    [InlineData(0x3cc00420, "ldr q0, [x1], #0x0", "2000/16/Read")]
    [InlineData(0xfd000420, "str d0, [x1, #0x8]", "2008/8/Write")]
    [InlineData(0xa9bf7bfd, "stp x29, x30, [sp, #-0x10]!", "1fff0/16/Write")]
    [InlineData(0xa8c17bfd, "ldp x29, x30, [sp], #0x10", "20000/16/Read")]
    [InlineData(0x58000040, "ldr x0, 0x10008", "10008/8/Read")]
    [InlineData(0xc85f7c20, "ldxr x0, [x1]", "2000/8/Read")]
    [InlineData(0x88dffc20, "ldar w0, [x1]", "2000/4/Read")]
    [InlineData(0xf8200022, "ldadd x0, x2, [x1]", "2000/8/ReadWrite")]
    [InlineData(0xc8a07c22, "cas x2, [x1]", "2000/8/ReadWrite")]
    [InlineData(0x4c407020, "ld1 {v0.16b}, [x1]", "2000/16/Read")]
    [InlineData(0xf9800020, "prfm", "")]
    [InlineData(0x8b020020, "add", "")]
    [InlineData(0xd4200020, "brk #0x1", "")]
    public void Decodes_the_memory_of_arm64(uint word, string text, string access)
    {
        var instruction = new Arm64Instruction(word, CreateMachine(CpuKind.Arm64)).Decode();

        if (text.Contains(' ') && !text.Contains('{'))
            Assert.Equal(text, instruction.Text);
        Assert.Equal(access, Describe(instruction));
        Assert.False(instruction.HasUnknownAccess);
    }

    [Theory]
    [InlineData(0xd61f0020, 0x2000UL)]
    [InlineData(0xd63f0020, 0x2000UL)]
    [InlineData(0xd65f03c0, 0x1f000UL)]
    [InlineData(0x94000002, 0x10008UL)]
    [InlineData(0x54000041, null)]
    [InlineData(0xb4000040, null)]
    public void Follows_the_branches_of_arm64(uint word, ulong? target)
    {
        var instruction = new Arm64Instruction(word, CreateMachine(CpuKind.Arm64)).Decode();

        Assert.Equal(target, Assert.NotNull(instruction.Update).Target);
        Assert.Empty(instruction.Accesses);
    }

    [Theory]
    [InlineData(0xe5910004, "ldr r0, [r1, #0x4]", "2004/4/Read")]
    [InlineData(0xe5010004, "str r0, [r1, #-0x4]", "1ffc/4/Write")]
    [InlineData(0xe4910004, "ldr r0, [r1], #0x4", "2000/4/Read")]
    [InlineData(0xe5d10000, "ldrb r0, [r1]", "2000/1/Read")]
    [InlineData(0xe7910102, "ldr r0, [r1, r2]", "e000/4/Read")]
    [InlineData(0xe1d100b2, "ldrh r0, [r1, #0x2]", "2002/2/Read")]
    [InlineData(0xe1c100d0, "ldrd r0, [r1]", "2000/8/Read")]
    [InlineData(0xe59f0004, "ldr r0, [pc, #0x4]", "1000c/4/Read")]
    [InlineData(0xe92d4010, "stmdb sp!, {r4, lr}", "dff8/8/Write")]
    [InlineData(0xe8bd0010, "ldmia sp!, {r4}", "e000/4/Read")]
    [InlineData(0xed910b02, "vldr d0, [r1, #0x8]", "2008/8/Read")]
    [InlineData(0xe1910f9f, "ldrex r0, [r1]", "2000/4/Read")]
    [InlineData(0xe0810002, ".inst 0xe0810002", "")]
    public void Decodes_the_memory_of_arm(uint word, string text, string access)
    {
        var instruction = new ArmInstruction(word, CreateMachine(CpuKind.Arm)).Decode();

        Assert.Equal(text, instruction.Text);
        Assert.Equal(access, Describe(instruction));
        Assert.False(instruction.HasUnknownAccess);
    }

    [Theory]
    [InlineData(new byte[] { 0x08, 0x68 }, "ldr r0, [r1]", "2000/4/Read")]
    [InlineData(new byte[] { 0x48, 0x70 }, "strb r0, [r1, #0x1]", "2001/1/Write")]
    [InlineData(new byte[] { 0x88, 0x58 }, "ldr r0, [r1, r2]", "5000/4/Read")]
    [InlineData(new byte[] { 0x01, 0x48 }, "ldr r0, [pc, #0x4]", "10008/4/Read")]
    [InlineData(new byte[] { 0x10, 0xb5 }, "push {r4, lr}", "dff8/8/Write")]
    [InlineData(new byte[] { 0xd1, 0xf8, 0x04, 0x00 }, "ldr r0, [r1, #0x4]", "2004/4/Read")]
    [InlineData(new byte[] { 0x51, 0xf8, 0x22, 0x00 }, "ldr r0, [r1, r2, lsl #2]", "e000/4/Read")]
    [InlineData(new byte[] { 0xd1, 0xe9, 0x02, 0x23 }, "ldrd r2, r3, [r1, #0x8]", "2008/8/Read")]
    [InlineData(new byte[] { 0x2d, 0xe9, 0xf0, 0x41 }, "stmdb sp, {r4, r5, r6, r7, r8, lr}", "dfe8/24/Write")]
    [InlineData(new byte[] { 0x91, 0xed, 0x02, 0x0b }, "vldr d0, [r1, #0x8]", "2008/8/Read")]
    public void Decodes_the_memory_of_thumb(byte[] code, string text, string access)
    {
        var instruction = InstructionDecoder.Decode(CreateMachine(CpuKind.Arm, code))!;

        Assert.Equal(text, instruction.Text);
        Assert.Equal(access, Describe(instruction));
    }

    [Fact]
    public void Follows_the_branches_of_arm_and_thumb()
    {
        Assert.Equal(0x2000UL, new ArmInstruction(0xe12fff31, CreateMachine(CpuKind.Arm)).Decode().Update?.Target);
        Assert.Equal(0x10010UL, new ArmInstruction(0xeb000002, CreateMachine(CpuKind.Arm)).Decode().Update?.Target);
        Assert.Equal(0x2000UL, InstructionDecoder.Decode(CreateMachine(CpuKind.Arm, [0x88, 0x47]))?.Update?.Target);
        Assert.Equal(0x10008UL, InstructionDecoder.Decode(CreateMachine(CpuKind.Arm, [0x00, 0xf0, 0x02, 0xf8]))?.Update?.Target);
    }

    [Fact]
    public void Marks_a_null_base() =>
        Assert.True(new Arm64Instruction(0xf9400420, CreateMachine(CpuKind.Arm64, factor: 0)).Decode().Accesses[0].IsNullBased);

    static MachineState CreateMachine(CpuKind kind, byte[]? thumb = null, ulong factor = 0x1000)
    {
        var cpu = CpuTraits.Find(kind)!;
        var registers = default(Registers);
        for (var i = 0; i < cpu.RegisterNames.Count; i++)
            registers.Set(i, factor * (ulong)(i + 1));
        registers.Set(cpu.Pc, Code);
        if (kind == CpuKind.Arm)
            registers.Set(Cpsr, thumb is null ? 0UL : 0x20);
        return new(cpu, registers, MemoryMap.Build([new(Code, thumb ?? [])], false));
    }

    static string Describe(DecodedInstruction instruction) => string.Join(
        ' ', instruction.Accesses.Select(access => $"{access.Address:x}/{access.Size}/{access.Mode}"));
}
