using System.Diagnostics;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Instructions;
using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Tests.Instructions;

public sealed class HostileInstructionTests
{
    [Theory]
    [InlineData(CpuKind.Amd64)]
    [InlineData(CpuKind.X86)]
    [InlineData(CpuKind.Arm64)]
    [InlineData(CpuKind.Arm)]
    public void Decodes_whatever_bytes_there_are(CpuKind kind)
    {
        var random = new Random(18);
        var cpu = CpuTraits.Find(kind)!;
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 50_000 && watch.ElapsedMilliseconds < 300; i++)
        {
            var registers = default(Registers);
            for (var register = 0; register < cpu.RegisterNames.Count; register++)
            {
                if (random.Next(8) != 0)
                    registers.Set(register, (ulong)random.NextInt64() >> random.Next(64) & cpu.AddressMask);
            }

            var code = new byte[random.Next(1, 16)];
            random.NextBytes(code);
            var memory = MemoryMap.Build([new(registers[cpu.Pc], code)], false);

            var instruction = InstructionDecoder.Decode(new(cpu, registers, memory));

            Assert.True(instruction is null or { Text.Length: > 1 and < 128, Accesses.Count: < 64 });
        }
    }
}
