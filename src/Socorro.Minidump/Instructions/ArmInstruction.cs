using System.Numerics;

namespace Socorro.Minidumps.Instructions;

/// <summary>
/// Decodes the loads, stores and branches of 32-bit Arm (Arm Architecture Reference Manual, A32 encodings). Other
/// instructions touch no memory, but for a few whose accesses count as unknown.
/// </summary>
sealed class ArmInstruction(uint word, MachineState machine)
{
    const int Pc = 15;

    readonly ArmAccesses _accesses = new(machine, pcOffset: 8);

    int Rn => (int)(word >> 16 & 15);

    int Rt => (int)(word >> 12 & 15);

    int Rm => (int)(word & 15);

    bool IsLoad => Bit(20);

    bool IsUp => Bit(23);

    bool IsBefore => Bit(24);

    AccessMode Mode => IsLoad ? AccessMode.Read : AccessMode.Write;

    public DecodedInstruction Decode()
    {
        var text = word >> 28 == 15 ? DecodeUnconditional() : (word >> 25 & 7) switch
        {
            0 => DecodeMiscellaneous(),
            2 => DecodeSingle(word & 0xfff),
            3 when !Bit(4) => DecodeSingle(ShiftIndex()),
            4 => DecodeMultiple(),
            5 => DecodeBranch(),
            6 => DecodeCoprocessor(),
            7 when (word >> 24 & 15) == 15 => $"svc #0x{word & 0xffffff:x}",
            3 when (word & 0x0ff000f0) == 0x07f000f0 => $"udf #0x{word >> 4 & 0xfff0 | word & 15:x}",
            _ => null,
        };
        return _accesses.ToInstruction(text ?? $".inst 0x{word:x8}");
    }

    string? DecodeUnconditional()
    {
        if ((word >> 25 & 7) == 5)
        {
            var target = machine.Pc + 8 + ArmAccesses.SignExtend(word, 24) * 4 + (word >> 24 & 1) * 2;
            _accesses.Update = new(target & uint.MaxValue);
            return $"blx 0x{target & uint.MaxValue:x}";
        }

        // Loads and stores of vectors, and what is rarer; a prefetch never faults.
        if ((word & 0x0d70f000) != 0x0550f000)
            _accesses.AddUnknown();
        return null;
    }

    string? DecodeMiscellaneous()
    {
        if ((word & 0x0fffffd0) == 0x012fff10)
        {
            _accesses.Update = ArmAccesses.JumpTo(machine[Rm]);
            return $"{(Bit(5) ? "blx" : "bx")} {ArmAccesses.Name(Rm)}";
        }

        if ((word & 0x0ff000f0) == 0x01200070)
            return $"bkpt #0x{word >> 4 & 0xfff0 | word & 15:x}";
        if (!Bit(7) || !Bit(4) || Bit(25))
            return null;

        return (word >> 5 & 3) != 0 ? DecodeExtra() : Bit(24) ? DecodeExclusive() : null;
    }

    string DecodeExtra()
    {
        var kind = word >> 5 & 3;
        var isDouble = !IsLoad && kind != 1;
        var isLoad = IsLoad || kind == 2;
        var size = isDouble ? 8 : kind == 2 ? 1 : 2;
        var offset = Bit(22) ? (word >> 4 & 0xf0) | word & 15 : machine[Rm];
        AddSingle(offset, size, isLoad ? AccessMode.Read : AccessMode.Write);
        var name = (isLoad ? "ldr" : "str") + (isDouble ? "d" : kind switch { 1 => "h", 2 => "sb", _ => "sh" });
        return $"{name} {ArmAccesses.Name(Rt)}, {Address(Bit(22) ? offset : null)}";
    }

    string DecodeExclusive()
    {
        var size = (word >> 21 & 3) switch { 1 => 8, 2 => 1, 3 => 2, _ => 4 };
        var isSwap = !Bit(23);
        _accesses.Add(Rn, 0, isSwap ? Bit(22) ? 1 : 4 : size, isSwap ? AccessMode.ReadWrite : Mode);
        var name = isSwap ? "swp" : IsLoad ? "ldrex" : "strex";
        return $"{name} {ArmAccesses.Name(Rt)}, [{ArmAccesses.Name(Rn)}]";
    }

    string DecodeSingle(ulong? offset)
    {
        AddSingle(offset, Bit(22) ? 1 : 4, Mode);
        if (IsLoad && Rt == Pc)
            _accesses.UpdateFromMemory();
        var name = (IsLoad ? "ldr" : "str") + (Bit(22) ? "b" : "");
        return $"{name} {ArmAccesses.Name(Rt)}, {Address(Bit(25) ? null : offset)}";
    }

    void AddSingle(ulong? offset, int size, AccessMode mode) =>
        _accesses.Add(Rn, !IsBefore ? 0 : IsUp ? offset : 0 - offset, size, mode);

    string DecodeMultiple()
    {
        var size = 4 * BitOperations.PopCount(word & 0xffff);
        var start = (IsUp, IsBefore) switch
        {
            (true, false) => 0UL,
            (true, true) => 4UL,
            (false, true) => 0 - (ulong)size,
            _ => 4 - (ulong)size,
        };
        _accesses.Add(Rn, start, size, Mode);
        if (IsLoad && Bit(Pc))
            _accesses.UpdateFromMemory(last: true);
        var order = (IsUp ? "i" : "d") + (IsBefore ? "b" : "a");
        return $"{(IsLoad ? "ldm" : "stm")}{order} {ArmAccesses.Name(Rn)}{(Bit(21) ? "!" : "")}, "
            + ArmAccesses.List(word & 0xffff);
    }

    string DecodeBranch()
    {
        var target = machine.Pc + 8 + ArmAccesses.SignExtend(word, 24) * 4 & uint.MaxValue;
        _accesses.Update = new(word >> 28 == 14 ? target : null);
        return $"{(Bit(24) ? "bl" : "b")}{ArmAccesses.Condition(word >> 28)} 0x{target:x}";
    }

    // The floating point registers are coprocessors 10 and 11.
    string? DecodeCoprocessor()
    {
        if ((word >> 9 & 7) != 5)
        {
            _accesses.AddUnknown();
            return null;
        }

        // A move between registers.
        if ((word >> 21 & 0xf) == 2)
            return null;

        return _accesses.AddVector(word);
    }

    ulong? ShiftIndex()
    {
        var amount = (int)(word >> 7 & 31);
        var value = machine[Rm] & uint.MaxValue;
        return (word >> 5 & 3) switch
        {
            0 => value << amount & uint.MaxValue,
            1 => amount == 0 ? 0 : value >> amount,
            2 when value is { } number => (uint)((int)number >> (amount == 0 ? 31 : amount)),
            3 when amount != 0 && value is { } number => BitOperations.RotateRight((uint)number, amount),
            _ => null,
        };
    }

    string Address(ulong? offset)
    {
        var amount = offset is { } number ? ArmAccesses.Number(IsUp ? number : 0 - number)
            : (IsUp ? "" : "-") + ArmAccesses.Name(Rm);
        return ArmAccesses.Address(Rn, offset == 0 ? "" : amount, isPost: !IsBefore, isPre: IsBefore && Bit(21));
    }

    bool Bit(int number) => (word >> number & 1) != 0;
}
