using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Tests.Unwinding;

/// <summary>Guesses that the processor's own list of return addresses confirms, puts right, or leaves alone.</summary>
public sealed class ShadowStackTests
{
    const ulong Program = 0x400000;
    const ulong Stack = 0x7ffd00000000;
    const ulong Shadow = 0x7f0000000000;

    [Fact]
    public void Passes_over_what_only_looks_like_a_return_address() => Assert.Equal(
        ["context 401010", "shadow_stack 401120", "shadow_stack 401230"],
        Walk([0, Program + 0x1050, 0, Program + 0x1120, 0, Program + 0x1060, Program + 0x1230], [Program + 0x1120, Program + 0x1230]));

    [Fact]
    public void Passes_over_what_the_system_put_there() => Assert.Equal(
        ["context 401010", "shadow_stack 401120"],
        Walk([0, Program + 0x1120], [1UL << 63 | 8, 0, Program + 0x1120]));

    [Fact]
    public void Is_forgotten_when_the_stack_does_not_hold_what_it_says() => Assert.Equal(
        ["context 401010", "scan 401120"], Walk([0, Program + 0x1120], [Program + 0x1777]));

    [Fact]
    public void Is_nothing_without_its_memory() => Assert.Equal(
        ["context 401010", "scan 401120"], Walk([0, Program + 0x1120], []));

    static IEnumerable<string> Walk(ulong[] stack, ulong[] shadow)
    {
        CodeModule[] modules = [new("program", Program, Program + 0x10000, true, () => null)];
        var context = new Registers();
        context.Set(16, Program + 0x1010);
        context.Set(7, Stack);
        return new ThreadWalker(new()
        {
            Cpu = CpuTraits.Find(CpuKind.Amd64)!,
            Os = OsKind.Windows,
            Memory = MemoryMap.Build([new(Stack, ToBytes(stack)), new(Shadow, ToBytes(shadow))], false),
            Code = new(modules, AddressIndex.Build([new(Program, Program + 0x10000, 0)])),
        }).Walk(context, int.MaxValue, Shadow).Frames.Select(frame => $"{frame.Trust.Word} {frame.Pc:x}");
    }

    static byte[] ToBytes(ulong[] words) => [.. words.SelectMany(BitConverter.GetBytes)];
}
