using System.Buffers.Binary;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Instructions;

/// <summary>Decodes the instruction at the instruction pointer, for the processors whose instructions we know.</summary>
static class InstructionDecoder
{
    const int LongestX86 = 15;
    const ulong ThumbBit = 1 << 5;
    const int Cpsr = 16;

    /// <summary>Null when the bytes were not saved, or are no instruction.</summary>
    public static DecodedInstruction? Decode(MachineState machine) => machine.Cpu.Kind switch
    {
        CpuKind.X86 or CpuKind.Amd64 => DecodeX86(machine),
        CpuKind.Arm64 => ReadCode(machine.Memory, machine.Pc, 4) is { } code
            ? new Arm64Instruction(BinaryPrimitives.ReadUInt32LittleEndian(code), machine).Decode() with { Length = 4 }
            : null,
        CpuKind.Arm => DecodeArm(machine),
        _ => null,
    };

    /// <summary>
    /// The bytes that hold an instruction; fewer than the longest has where the saved ones end. Null where none were saved.
    /// </summary>
    public static byte[]? ReadX86(MemoryMap memory, ulong address)
    {
        if (!memory.TryFind(address, out var region))
            return null;

        var available = (int)Math.Min(LongestX86, region.End - address);
        return ReadCode(memory, address, LongestX86) ?? ReadCode(memory, address, available);
    }

    static DecodedInstruction? DecodeX86(MachineState machine) =>
        ReadX86(machine.Memory, machine.Pc) is { } code ? X86Instruction.Decode(code, machine) : null;

    static DecodedInstruction? DecodeArm(MachineState machine)
    {
        var isThumb = (machine[Cpsr] & ThumbBit) is not (null or 0) || (machine.Pc & 1) != 0;
        if (!isThumb)
        {
            return ReadCode(machine.Memory, machine.Pc, 4) is { } code
                ? new ArmInstruction(BinaryPrimitives.ReadUInt32LittleEndian(code), machine).Decode() with { Length = 4 }
                : null;
        }

        var pc = machine.Pc & ~1UL;
        if (ReadCode(machine.Memory, pc, 2) is not { } first)
            return null;

        var half = BinaryPrimitives.ReadUInt16LittleEndian(first);
        if (!ThumbInstruction.IsWide(half))
            return new ThumbInstruction(half, machine).Decode() with { Length = 2 };

        if (ReadCode(machine.Memory, pc + 2, 2) is not { } second)
            return null;

        var word = (uint)half << 16 | BinaryPrimitives.ReadUInt16LittleEndian(second);
        return new ThumbInstruction(word, machine).DecodeWide() with { Length = 4 };
    }

    static byte[]? ReadCode(MemoryMap memory, ulong address, int length)
    {
        var code = new byte[length];
        return memory.TryRead(address, code) ? code : null;
    }
}
