using System.Buffers.Binary;
using System.Numerics;
using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Unwinding;

/// <summary>How an instruction goes on.</summary>
enum PathStep
{
    Next,

    /// <summary>At another place.</summary>
    Jump,

    /// <summary>There, or with the next instruction.</summary>
    Branch,

    Return,

    /// <summary>Nothing is known behind it: a call, or what changes the registers that matter.</summary>
    Unknown,
}

/// <param name="Length">Bytes of the instruction.</param>
/// <param name="Target">Where a jump or branch goes.</param>
/// <param name="Released">By how many bytes the stack pointer grows.</param>
readonly record struct PathInstruction(int Length, PathStep Step, ulong Target = 0, long Released = 0);

/// <summary>
/// Tells on processors with a link register whether an interrupted function is a leaf, by its code: if it can come to its return
/// without a call, and without taking the return address from elsewhere, then it is in the link register. Every way through a
/// function ends with the stack as it was, so one will do.
/// </summary>
static class ReturnPath
{
    const int MaxInstructions = 96;
    const int MaxBranches = 16;

    /// <summary>Whether there is such a way, and how many bytes of stack the function gives back on it.</summary>
    public static bool TryFind(WalkContext walk, in Registers registers, out ulong released)
    {
        released = 0;
        if (walk.Cpu.Kind is not (CpuKind.Arm64 or CpuKind.Arm or CpuKind.RiscV or CpuKind.RiscV64))
            return false;

        var open = new Stack<(ulong Pc, long Released)>();
        var seen = new HashSet<ulong>();
        open.Push((registers[walk.Cpu.Pc], 0));
        for (var branches = 0; open.TryPop(out var path) && branches < MaxBranches; branches++)
        {
            for (var count = 0; count < MaxInstructions && seen.Add(path.Pc); count++)
            {
                var instruction = Decode(walk, registers, path.Pc);
                path.Released += instruction.Released;
                if (instruction.Step == PathStep.Return)
                {
                    released = (ulong)Math.Max(0, path.Released);
                    return path.Released >= 0;
                }

                if (instruction.Step == PathStep.Unknown)
                    break;
                if (instruction.Step == PathStep.Branch)
                    open.Push((instruction.Target, path.Released));
                path.Pc = instruction.Step == PathStep.Jump ? instruction.Target : path.Pc + (ulong)instruction.Length;
            }
        }

        return false;
    }

    static PathInstruction Decode(WalkContext walk, in Registers registers, ulong pc)
    {
        Span<byte> code = stackalloc byte[4];
        code.Clear();
        var isShort = walk.Cpu.Kind is CpuKind.Arm or CpuKind.RiscV or CpuKind.RiscV64;
        if (!walk.TryReadCode(pc, code) && !(isShort && walk.TryReadCode(pc, code[..2])))
            return new(0, PathStep.Unknown);

        const int cpsr = 16;
        const ulong thumb = 1 << 5;
        var word = BinaryPrimitives.ReadUInt32LittleEndian(code);
        return walk.Cpu.Kind switch
        {
            CpuKind.Arm64 => Arm64Path.Decode(word, pc),
            CpuKind.Arm when (registers[cpsr] & thumb) != 0 => ThumbPath.Decode(word, pc),
            CpuKind.RiscV or CpuKind.RiscV64 => RiscVPath.Decode(word, pc),
            _ => new(0, PathStep.Unknown),
        };
    }
}

/// <summary>64-bit ARM's ways through a function.</summary>
static class Arm64Path
{
    const uint Lr = 30;
    const uint Sp = 31;

    public static PathInstruction Decode(uint code, ulong pc)
    {
        var (target, source, second) = (code & 31, code >> 5 & 31, code >> 10 & 31);

        // RET, RETAA, RETAB; all other branches to registers; BL; exceptions but system calls; what is no instruction.
        if (code == 0xd65f03c0 || (code & 0xfffffbff) == 0xd65f0bff)
            return new(4, PathStep.Return);
        if (code >> 25 == 0x6b || code >> 26 == 0x25 || code >> 24 == 0xd4 && (code & 0x1f) != 1 || code >> 16 == 0)
            return new(4, PathStep.Unknown);

        // B; B.cond, CBZ, CBNZ; TBZ, TBNZ.
        if (code >> 26 == 5)
            return new(4, PathStep.Jump, pc + Offset(code, 0, 26));
        if (code >> 24 == 0x54 || (code & 0x7e000000) == 0x34000000)
            return new(4, PathStep.Branch, pc + Offset(code, 5, 19));
        if ((code & 0x7e000000) == 0x36000000)
            return new(4, PathStep.Branch, pc + Offset(code, 5, 14));

        // ADD and SUB of the stack pointer.
        if ((code & 0x3f800000) == 0x11000000 && target == Sp)
        {
            var number = (long)(code >> 10 & 0xfff) << ((code >> 22 & 1) == 0 ? 0 : 12);
            return source == Sp ? new(4, PathStep.Next, Released: (code >> 30 & 1) == 0 ? number : -number) : new(4, PathStep.Unknown);
        }

        // Whatever may write the link register, or the stack pointer by an indexed access.
        var isPair = (code & 0x3a000000) == 0x28000000;
        var isIndexed = (code & 0x3b200400) == 0x38000400 || isPair && (code & 0x00800000) != 0;
        var isUnknown = target == Lr || isPair && second == Lr || isIndexed && source == Sp;
        return new(4, isUnknown ? PathStep.Unknown : PathStep.Next);
    }

    static ulong Offset(uint code, int at, int bits) => (ulong)((long)((ulong)code << (64 - at - bits)) >> (64 - bits) << 2);
}

/// <summary>Thumb's ways through a function.</summary>
static class ThumbPath
{
    const uint Lr = 14;

    public static PathInstruction Decode(uint code, ulong pc) =>
        (code & 0xf800) is 0xe800 or 0xf000 or 0xf800 ? DecodeWide(code & 0xffff, code >> 16, pc) : DecodeShort(code & 0xffff, pc);

    static PathInstruction DecodeShort(uint code, ulong pc) => code switch
    {
        // BX LR; all other BX, BLX; POP with pc; UDF.
        0x4770 => new(2, PathStep.Return),
        _ when code >> 8 is 0x47 or 0xbd or 0xde or 0xbe => new(2, PathStep.Unknown),

        // B; B.cond; CBZ, CBNZ.
        _ when code >> 11 == 0x1c => new(2, PathStep.Jump, pc + 4 + Signed(code, 11)),
        _ when code >> 12 == 0xd && code >> 8 != 0xdf => new(2, PathStep.Branch, pc + 4 + Signed(code, 8)),
        _ when (code & 0xf500) == 0xb100 => new(2, PathStep.Branch, pc + 4 + (code >> 3 & 31) * 2 + (code >> 9 & 1) * 64),

        // ADD SP, SUB SP; PUSH, POP of low registers; ADD and MOV to sp, lr or pc.
        _ when code >> 7 == 0x160 => new(2, PathStep.Next, Released: (code & 0x7f) * 4),
        _ when code >> 7 == 0x161 => new(2, PathStep.Next, Released: -(long)(code & 0x7f) * 4),
        _ when code >> 8 is 0xb4 or 0xb5 => new(2, code >> 8 == 0xb4 ? PathStep.Next : PathStep.Unknown, Released: -4L * Count(code)),
        _ when code >> 8 == 0xbc => new(2, PathStep.Next, Released: 4L * Count(code)),
        _ when code >> 8 is 0x44 or 0x46 && (code & 0x80) != 0 && (code & 7) >= 5 => new(2, PathStep.Unknown),
        _ => new(2, PathStep.Next),
    };

    static PathInstruction DecodeWide(uint first, uint second, ulong pc)
    {
        // B and B.cond; BL, BLX and the like are calls.
        if ((first & 0xf800) == 0xf000 && (second & 0x8000) != 0)
        {
            var sign = (ulong)(-(long)(first >> 10 & 1));
            if ((second & 0xd000) == 0x8000 && (first & 0x0380) != 0x0380)
            {
                return new(4, PathStep.Branch, pc + 4 + (sign << 20 | (second >> 11 & 1) << 19 | (second >> 13 & 1) << 18
                    | (first & 0x3f) << 12 | (second & 0x7ff) << 1));
            }

            var (high, low) = ((second >> 13 & 1) ^ (first >> 10 & 1) ^ 1, (second >> 11 & 1) ^ (first >> 10 & 1) ^ 1);
            return (second & 0xd000) == 0x9000
                ? new(4, PathStep.Jump, pc + 4 + (sign << 24 | high << 23 | low << 22 | (first & 0x3ff) << 12 | (second & 0x7ff) << 1))
                : new(4, PathStep.Unknown);
        }

        // LDRD and LDM that pop registers, but for sp, lr and pc.
        if (first == 0xe8fd && second >> 12 < 13 && (second >> 8 & 15) < 13)
            return new(4, PathStep.Next, Released: (second & 0xff) * 4);
        if (first == 0xe8bd && second < 0x2000)
            return new(4, PathStep.Next, Released: 4L * BitOperations.PopCount(second));

        // Loads and stores of many, accesses that change the stack pointer, and whatever may write sp, lr or pc.
        var isMany = (first & 0xfe40) == 0xe800;
        var isOfStack = (first & 0xf) == 13 && (first & 0xfe20) == 0xe820 || (first & 0xfe0f) == 0xf80d && (second & 0x0900) == 0x0900;
        var isUnknown = isMany || isOfStack
            || (second >> 12) >= 13 && (first & 0xfe00) == 0xf800 || (second >> 8 & 15) is 13 or Lr && (first & 0xfe00) != 0xf800;
        return new(4, isUnknown ? PathStep.Unknown : PathStep.Next);
    }

    static ulong Signed(uint code, int bits) => (ulong)((long)((ulong)code << (64 - bits)) >> (64 - bits) << 1);

    static int Count(uint code) => BitOperations.PopCount(code & 0xff);
}

/// <summary>RISC-V's ways through a function.</summary>
static class RiscVPath
{
    const uint Ra = 1;
    const uint Sp = 2;

    public static PathInstruction Decode(uint code, ulong pc) =>
        (code & 3) == 3 ? DecodeWide(code, pc) : DecodeCompressed(code & 0xffff, pc);

    static PathInstruction DecodeWide(uint code, ulong pc)
    {
        var (target, source) = (code >> 7 & 31, code >> 15 & 31);
        return (code & 0x7f) switch
        {
            0x67 => new(4, code == 0x00008067 ? PathStep.Return : PathStep.Unknown),
            0x6f when target == 0 => new(4, PathStep.Jump, pc + (ulong)((int)(code & 0x80000000) >> 11
                | (int)(code & 0xff000) | (int)(code >> 9 & 0x800) | (int)(code >> 20 & 0x7fe))),
            0x63 => new(4, PathStep.Branch, pc + (ulong)((int)(code & 0x80000000) >> 19
                | (int)(code << 4 & 0x800) | (int)(code >> 20 & 0x7e0) | (int)(code >> 7 & 0x1e))),
            0x13 when target == Sp && source == Sp && (code >> 12 & 7) == 0 => new(4, PathStep.Next, Released: (int)code >> 20),
            0x23 or 0x27 => new(4, PathStep.Next),
            _ => new(4, target is Ra or Sp ? PathStep.Unknown : PathStep.Next),
        };
    }

    static PathInstruction DecodeCompressed(uint code, ulong pc)
    {
        var (function, target, second) = (code >> 13, code >> 7 & 31, code >> 2 & 31);
        switch (code & 3, function)
        {
            case (2, 4) when code == 0x8082:
                return new(2, PathStep.Return);
            case (2, 4) when second == 0:
                return new(2, PathStep.Unknown);
            case (1, 5):
                return new(2, PathStep.Jump, pc + (ulong)(-(int)(code >> 12 & 1) << 11 | (int)(code >> 7 & 0x10) | (int)(code >> 1 & 0x300)
                    | (int)(code << 2 & 0x400) | (int)(code >> 1 & 0x40) | (int)(code << 1 & 0x80) | (int)(code >> 2 & 0xe) | (int)(code << 3 & 0x20)));
            case (1, 6 or 7):
                return new(2, PathStep.Branch, pc + (ulong)(-(int)(code >> 12 & 1) << 8 | (int)(code >> 7 & 0x18) | (int)(code << 1 & 0xc0)
                    | (int)(code >> 2 & 6) | (int)(code << 3 & 0x20)));
            case (1, 0) when target == Sp:
                return new(2, PathStep.Next, Released: (code & 0x1000) != 0 ? second - 32L : second);
            case (1, 3) when target == Sp:
                var number = (code >> 6 & 1) << 4 | (code >> 2 & 1) << 5 | (code >> 5 & 1) << 6 | (code >> 3 & 3) << 7;
                return new(2, PathStep.Next, Released: (code & 0x1000) != 0 ? number - 512L : number);
            case (2, 6 or 7) or (2, 5) or (0, _):
                return new(2, code == 0 ? PathStep.Unknown : PathStep.Next);
            default:
                return new(2, target is Ra or Sp && !((code & 3) == 1 && function == 4) ? PathStep.Unknown : PathStep.Next);
        }
    }
}
