using System.Buffers.Binary;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Tests.Unwinding;

/// <summary>The frames that Linux makes for signal handlers, as the headers of its kernel lay them out.</summary>
public sealed class SignalFrameTests
{
    const ulong Program = 0x400000;
    const ulong Library = 0x600000;
    const ulong Stack = 0x800000;

    /// <param name="pcAt">Where the kernel keeps the pc, counted from the stack pointer.</param>
    /// <param name="spAt">Where it keeps the stack pointer.</param>
    [Theory]
    [InlineData(CpuKind.Amd64, "48c7c00f0000000f05", 168, 160, 8)]
    [InlineData(CpuKind.Amd64, "b80f0000000f05", 168, 160, 8)]
    [InlineData(CpuKind.X86, "b8ad000000cd80", 216, 188, 4)]
    [InlineData(CpuKind.X86, "58b877000000cd80", 60, 32, 4)]
    [InlineData(CpuKind.Arm, "4ff0ad0700df", 220, 212, 4)]
    [InlineData(CpuKind.Arm, "ad70a0e3000000ef", 220, 212, 4)]
    [InlineData(CpuKind.Arm, "772700df", 92, 84, 4)]
    [InlineData(CpuKind.Arm64, "681180d2010000d4", 568, 560, 8)]
    [InlineData(CpuKind.RiscV64, "9308b00873000000", 304, 320, 8)]
    [InlineData(CpuKind.Mips, "611002240c000000", 184, 424, 8)]
    [InlineData(CpuKind.Mips, "171002240c000000", 32, 272, 8)]
    [InlineData(CpuKind.Mips64, "5b1402240c000000", 768, 424, 8)]
    public void Lead_to_what_the_signal_interrupted(CpuKind kind, string code, int pcAt, int spAt, int size)
    {
        var cpu = CpuTraits.Find(kind)!;
        var stack = new byte[0x400];
        Write(stack, pcAt, Program + 0x100, size);
        Write(stack, spAt, Stack + 0x3c0, size);
        var trampoline = new WalkFrame { IsSignalTrampoline = true };
        trampoline.Registers.Set(cpu.Pc, Library);
        trampoline.Registers.Set(cpu.Sp, Stack);
        var walk = new WalkContext
        {
            Cpu = cpu,
            Os = OsKind.Linux,
            Memory = MemoryMap.Build([new(Stack, stack), new(Library, Convert.FromHexString(code))], false),
            Code = new(
                [new("program", Program, Program + 0x1000, true, () => null)],
                AddressIndex.Build([new(Program, Program + 0x1000, 0)])),
        };
        var interrupted = new WalkFrame();

        Assert.True(SignalFrame.IsTrampoline(walk, Library, CodeLocation.Nowhere));
        Assert.True(SignalFrame.TryRestore(walk, trampoline, interrupted));
        Assert.Equal((Program + 0x100, Stack + 0x3c0), (interrupted.Registers[cpu.Pc], interrupted.Registers[cpu.Sp]));
    }

    static void Write(byte[] stack, int offset, ulong word, int size)
    {
        if (size == 8)
            BinaryPrimitives.WriteUInt64LittleEndian(stack.AsSpan(offset), word);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(stack.AsSpan(offset), (uint)word);
    }
}
