using System.Buffers.Binary;
using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Unwinding;

/// <summary>Recognises the call instruction that must stand before a return address.</summary>
static class CallCode
{
    const int Longest = 8;
    const int LongestX86 = 7;

    /// <summary>A call and the instruction that runs before it takes effect.</summary>
    const int MipsCall = 8;

    /// <summary>Null when the code before the address is not known, or calls of the processor are not known here.</summary>
    public static bool? FollowsCall(WalkContext walk, ulong address)
    {
        Span<byte> code = stackalloc byte[Longest];
        var length = walk.Cpu.Kind switch
        {
            CpuKind.X86 or CpuKind.Amd64 => LongestX86,
            CpuKind.Arm or CpuKind.Arm64 or CpuKind.RiscV or CpuKind.RiscV64 => 4,
            CpuKind.Mips or CpuKind.Mips64 when (address & 3) == 0 => MipsCall,
            _ => 0,
        };
        if (length == 0 || !walk.TryReadCode(address - (uint)length, code[..length]))
            return null;

        return length == MipsCall
            ? IsMipsCall(walk.Memory.IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(code) : BinaryPrimitives.ReadUInt32LittleEndian(code))
            : EndsWithCall(walk.Cpu.Kind, code[..length]);
    }

    // JAL, JALR and BAL of the usual encoding; another instruction stands between each and where it returns to.
    static bool IsMipsCall(uint code) =>
        code >> 26 == 3
        || (code & 0xfc00003f) == 9 && (code & 0xf800) != 0
        || (code & 0xfc1c0000) == 0x04100000;

    /// <summary>Whether a call is the last of some instructions: 7 bytes of x86, else 4.</summary>
    public static bool EndsWithCall(CpuKind cpu, ReadOnlySpan<byte> code) => cpu switch
    {
        CpuKind.X86 or CpuKind.Amd64 => EndsWithX86Call(code),
        CpuKind.Arm64 => IsArm64Call(BinaryPrimitives.ReadUInt32LittleEndian(code)),
        CpuKind.Arm => IsArmCall(BinaryPrimitives.ReadUInt32LittleEndian(code)),
        _ => IsRiscVCall(BinaryPrimitives.ReadUInt32LittleEndian(code)),
    };

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

    // BL, BLX of an address or a register; of Thumb BL and BLX in two halves, and BLX of a register, in the second half.
    static bool IsArmCall(uint code) =>
        code >> 28 != 15 && (code >> 24 & 0x0f) == 0x0b
        || code >> 25 == 0x7d
        || (code & 0x0ffffff0) == 0x012fff30
        || (code & 0xf800) == 0xf000 && (code >> 16 & 0xc000) == 0xc000
        || (code >> 16 & 0xff87) == 0x4780;

    // JAL and JALR that leave the return address in ra; C.JALR in the second half.
    static bool IsRiscVCall(uint code) =>
        (code & 0xfff) is 0x0ef or 0x0e7 || (code >> 16 & 0xf07f) == 0x9002 && (code >> 16 & 0x0f80) != 0;
}
