using System.Numerics;

namespace Socorro.Minidumps.Instructions;

/// <summary>
/// Decodes the loads, stores and branches of Thumb (Arm Architecture Reference Manual, T32 encodings). Of an instruction
/// of four bytes the half that stands first is the upper one.
/// </summary>
sealed class ThumbInstruction(uint word, MachineState machine)
{
    const int Sp = 13;
    const int Lr = 14;
    const int Pc = 15;

    readonly ArmAccesses _accesses = new(machine, pcOffset: 4);

    /// <summary>Whether a second half follows.</summary>
    public static bool IsWide(ushort half) => half >> 11 is 29 or 30 or 31;

    public DecodedInstruction Decode()
    {
        var text = (word >> 12) switch
        {
            4 when Bits(11, 1) == 1 => Load(3, Pc, Bits(0, 8) * 4, 4, "", Bits(8, 3)),
            4 when Bits(8, 8) == 0x47 => DecodeExchange(),
            5 => DecodeRegister(),
            6 => DecodeOffset(4, ""),
            7 => DecodeOffset(1, "b"),
            8 => DecodeOffset(2, "h"),
            9 => Load(Bits(11, 1), Sp, Bits(0, 8) * 4, 4, "", Bits(8, 3)),
            11 => DecodeMiscellaneous(),
            12 => DecodeMultiple((int)Bits(8, 3), Bits(0, 8), Bits(11, 1) != 0, 0, ""),
            13 => DecodeConditional(),
            14 => Branch(ArmAccesses.SignExtend(word, 11) * 2, "b"),
            _ => null,
        };
        return _accesses.ToInstruction(text ?? $".inst.n 0x{word:x4}");
    }

    public DecodedInstruction DecodeWide()
    {
        var text = Bits(25, 7) switch
        {
            0b1111100 => DecodeWideSingle(),
            0b1110100 when Bits(22, 1) == 0 => DecodeWideMultiple(),
            0b1110100 => DecodeWideDouble(),
            0b1110110 when Bits(9, 3) == 5 && Bits(21, 4) != 2 => _accesses.AddVector(word),
            0b1110110 or 0b1111110 when Bits(21, 4) != 2 => Unknown(),
            0b1111000 or 0b1111001 or 0b1111010 or 0b1111011 when Bits(15, 1) == 1 => DecodeWideBranch(),
            _ => null,
        };
        return _accesses.ToInstruction(text ?? $".inst.w 0x{word:x8}");
    }

    string DecodeExchange()
    {
        var register = (int)Bits(3, 4);
        _accesses.Update = ArmAccesses.JumpTo(machine[register]);
        return $"{(Bits(7, 1) != 0 ? "blx" : "bx")} {ArmAccesses.Name(register)}";
    }

    string DecodeRegister()
    {
        var (name, size, isLoad) = Bits(9, 3) switch
        {
            0 => ("", 4, false),
            1 => ("h", 2, false),
            2 => ("b", 1, false),
            3 => ("sb", 1, true),
            4 => ("", 4, true),
            5 => ("h", 2, true),
            6 => ("b", 1, true),
            _ => ("sh", 2, true),
        };
        var (register, index) = ((int)Bits(3, 3), (int)Bits(6, 3));
        _accesses.Add(register, machine[index], size, isLoad ? AccessMode.Read : AccessMode.Write);
        return $"{(isLoad ? "ldr" : "str")}{name} {ArmAccesses.Name((int)Bits(0, 3))}, "
            + ArmAccesses.Address(register, ArmAccesses.Name(index), false, false);
    }

    string DecodeOffset(int size, string name) =>
        Load(Bits(11, 1), (int)Bits(3, 3), Bits(6, 5) * (uint)size, size, name, Bits(0, 3));

    string Load(uint isLoad, int register, ulong offset, int size, string name, uint target)
    {
        _accesses.Add(register, offset, size, isLoad != 0 ? AccessMode.Read : AccessMode.Write);
        return $"{(isLoad != 0 ? "ldr" : "str")}{name} {ArmAccesses.Name((int)target)}, "
            + ArmAccesses.Address(register, offset == 0 ? "" : ArmAccesses.Number(offset), false, false);
    }

    string? DecodeMiscellaneous()
    {
        switch (Bits(8, 4))
        {
            case 1 or 3 or 9 or 11:
                _accesses.Update = new(null);
                var distance = Bits(3, 5) * 2 | Bits(9, 1) << 6;
                return $"{(Bits(11, 1) != 0 ? "cbnz" : "cbz")} {ArmAccesses.Name((int)Bits(0, 3))}, 0x{machine.Pc + 4 + distance:x}";
            case 4 or 5:
                return DecodeMultiple(Sp, Bits(0, 8) | Bits(8, 1) << Lr, false, -4, "push");
            case 12 or 13:
                return DecodeMultiple(Sp, Bits(0, 8) | Bits(8, 1) << Pc, true, 0, "pop");
            case 14:
                return $"bkpt #0x{Bits(0, 8):x}";
            default:
                return null;
        }
    }

    /// <param name="step">−4 when the registers go below the address.</param>
    string DecodeMultiple(int register, uint registers, bool isLoad, int step, string name)
    {
        var size = 4 * BitOperations.PopCount(registers);
        _accesses.Add(register, step < 0 ? 0 - (ulong)size : 0, size, isLoad ? AccessMode.Read : AccessMode.Write);
        if (isLoad && (registers >> Pc & 1) != 0)
            _accesses.UpdateFromMemory(last: true);
        return name.Length > 0
            ? $"{name} {ArmAccesses.List(registers)}"
            : $"{(isLoad ? "ldm" : "stm")}{(step < 0 ? "db" : "")} {ArmAccesses.Name(register)}, {ArmAccesses.List(registers)}";
    }

    string DecodeConditional()
    {
        if (Bits(8, 4) >= 14)
            return $"{(Bits(8, 4) == 14 ? "udf" : "svc")} #0x{Bits(0, 8):x}";

        _accesses.Update = new(null);
        return $"b{ArmAccesses.Condition(Bits(8, 4))} 0x{machine.Pc + 4 + ArmAccesses.SignExtend(word, 8) * 2 & uint.MaxValue:x}";
    }

    string Branch(ulong distance, string name, bool leavesThumb = false)
    {
        var from = machine.Pc + 4 & (leavesThumb ? ~3UL : ~1UL);
        var target = from + distance & uint.MaxValue;
        _accesses.Update = new(target);
        return $"{name} 0x{target:x}";
    }

    string? DecodeWideSingle()
    {
        // Vectors; prefetches have the program counter as their target.
        if (Bits(24, 1) == 1 && Bits(20, 1) == 0)
            return Unknown();

        var isLoad = Bits(20, 1) != 0;
        var size = 1 << (int)Bits(21, 2);
        var (register, target) = ((int)Bits(16, 4), (int)Bits(12, 4));
        if (size == 8 || (target == Pc && size != 4))
            return null;

        var mode = isLoad ? AccessMode.Read : AccessMode.Write;
        var (isPost, isPre, offset, text) = FindOffset(register);
        _accesses.Add(register, isPost ? 0 : offset, size, mode);
        if (isLoad && target == Pc)
            _accesses.UpdateFromMemory();
        var suffix = (Bits(24, 1) != 0 ? "s" : "") + size switch { 1 => "b", 2 => "h", _ => "" };
        return $"{(isLoad ? "ldr" : "str")}{suffix} {ArmAccesses.Name(target)}, "
            + ArmAccesses.Address(register, text, isPost, isPre);
    }

    (bool IsPost, bool IsPre, ulong? Offset, string Text) FindOffset(int register)
    {
        if (register == Pc)
            return Fixed(Bits(23, 1) != 0, Bits(0, 12), isPost: false, isPre: false);
        if (Bits(23, 1) != 0)
            return Fixed(true, Bits(0, 12), isPost: false, isPre: false);
        if (Bits(11, 1) != 0)
            return Fixed(Bits(9, 1) != 0, Bits(0, 8), isPost: Bits(10, 1) == 0, isPre: Bits(10, 1) != 0 && Bits(8, 1) != 0);

        var (index, shift) = ((int)Bits(0, 4), (int)Bits(4, 2));
        return (false, false, machine[index] << shift, ArmAccesses.Name(index) + (shift == 0 ? "" : $", lsl #{shift}"));
    }

    static (bool IsPost, bool IsPre, ulong? Offset, string Text) Fixed(bool isUp, ulong amount, bool isPost, bool isPre)
    {
        var offset = isUp ? amount : 0 - amount;
        return (isPost, isPre, offset, offset == 0 ? "" : ArmAccesses.Number(offset));
    }

    string DecodeWideMultiple()
    {
        var isDown = Bits(23, 2) == 2;
        return DecodeMultiple((int)Bits(16, 4), Bits(0, 16), Bits(20, 1) != 0, isDown ? -4 : 0, "");
    }

    string? DecodeWideDouble()
    {
        var register = (int)Bits(16, 4);
        var mode = Bits(20, 1) != 0 ? AccessMode.Read : AccessMode.Write;
        var name = mode == AccessMode.Read ? "ldr" : "str";
        if (Bits(24, 1) != 0 || Bits(21, 1) != 0)
        {
            var (isPost, isPre, offset, text) = Fixed(
                Bits(23, 1) != 0, Bits(0, 8) * 4, isPost: Bits(24, 1) == 0, isPre: Bits(24, 1) != 0 && Bits(21, 1) != 0);
            _accesses.Add(register, isPost ? 0 : offset, 8, mode);
            return $"{name}d {ArmAccesses.Name((int)Bits(12, 4))}, {ArmAccesses.Name((int)Bits(8, 4))}, "
                + ArmAccesses.Address(register, text, isPost, isPre);
        }

        if (Bits(23, 1) == 0)
        {
            _accesses.Add(register, Bits(0, 8) * 4, 4, mode);
            return $"{name}ex {ArmAccesses.Name((int)Bits(12, 4))}, [{ArmAccesses.Name(register)}]";
        }

        return DecodeTable(register, mode, name);
    }

    // Jumps through tables of distances, and the exclusive accesses of other sizes.
    string? DecodeTable(int register, AccessMode mode, string name)
    {
        if (Bits(5, 3) == 0)
        {
            var isHalf = Bits(4, 1) != 0;
            _accesses.Add(register, machine[(int)Bits(0, 4)] << (isHalf ? 1 : 0), isHalf ? 2 : 1, AccessMode.Read);
            _accesses.Update = new(null);
            return $"{(isHalf ? "tbh" : "tbb")} [{ArmAccesses.Name(register)}, {ArmAccesses.Name((int)Bits(0, 4))}]";
        }

        var size = 1 << (int)Bits(4, 2);
        _accesses.Add(register, 0, size, mode);
        return $"{name}ex {ArmAccesses.Name((int)Bits(12, 4))}, [{ArmAccesses.Name(register)}]";
    }

    string? DecodeWideBranch()
    {
        var (link, always) = (Bits(14, 1) != 0, Bits(12, 1) != 0);
        if (!link && !always)
        {
            // Conditions 14 and 15 are system instructions.
            if (Bits(22, 4) < 14)
                _accesses.Update = new(null);
            return null;
        }

        var sign = Bits(26, 1);
        var (i1, i2) = (1 ^ Bits(13, 1) ^ sign, 1 ^ Bits(11, 1) ^ sign);
        var distance = sign << 24 | i1 << 23 | i2 << 22 | Bits(16, 10) << 12 | Bits(0, 11) << 1;
        var name = !link ? "b" : always ? "bl" : "blx";
        return Branch(ArmAccesses.SignExtend(distance, 25), name, leavesThumb: link && !always);
    }

    string? Unknown()
    {
        _accesses.AddUnknown();
        return null;
    }

    uint Bits(int start, int count) => word >> start & (uint)((1UL << count) - 1);
}
