using System.Buffers.Binary;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Unwinding;

/// <summary>Recognises the call instruction that must stand before a return address.</summary>
static class CallCode
{
    const int Longest = 7;

    /// <summary>Null when the code before the address is not in the dump, or calls of the processor are not known here.</summary>
    public static bool? FollowsCall(CpuKind cpu, MemoryMap memory, ulong address)
    {
        Span<byte> code = stackalloc byte[Longest];
        return cpu switch
        {
            CpuKind.X86 or CpuKind.Amd64 when memory.TryRead(address - Longest, code) => EndsWithX86Call(code),
            CpuKind.Arm64 when memory.TryRead(address - 4, code[..4]) =>
                IsArm64Call(BinaryPrimitives.ReadUInt32LittleEndian(code)),
            _ => null,
        };
    }

    // E8 and a displacement, or FF /2 with its operand: a register (2 bytes), memory with a base (2), an index (3), a
    // displacement of 8 bits (3 or 4) or 32 bits (6 or 7).
    static bool EndsWithX86Call(ReadOnlySpan<byte> code) => code switch
    {
        [.., 0xe8, _, _, _, _] => true,
        [.., 0xff, var modRm] when IsCall(modRm) && (modRm >> 6 == 3 || modRm >> 6 == 0 && (modRm & 7) is not (4 or 5)) => true,
        [.., 0xff, 0x14, _] => true,
        [.., 0xff, var modRm, _] when IsCall(modRm) && modRm >> 6 == 1 && (modRm & 7) != 4 => true,
        [.., 0xff, 0x54, _, _] => true,
        [.., 0xff, 0x15, _, _, _, _] => true,
        [.., 0xff, var modRm, _, _, _, _] when IsCall(modRm) && modRm >> 6 == 2 && (modRm & 7) != 4 => true,
        [.., 0xff, 0x14 or 0x94, _, _, _, _, _] => true,
        _ => false,
    };

    static bool IsCall(byte modRm) => (modRm >> 3 & 7) == 2;

    // BL, BLR, and BLRAA with its kin, which check the pointer's authentication code.
    static bool IsArm64Call(uint code) =>
        code >> 26 == 0b100101 || (code & 0xfffffc1f) == 0xd63f0000 || (code & 0xfefff800) == 0xd63f0800;
}
