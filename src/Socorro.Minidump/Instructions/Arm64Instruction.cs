using System.Globalization;

namespace Socorro.Minidumps.Instructions;

/// <summary>
/// Decodes the loads, stores and branches of arm64 (Arm Architecture Reference Manual, A64 base instruction encodings).
/// Other instructions touch no memory, but for a few whose accesses count as unknown.
/// </summary>
sealed class Arm64Instruction(uint word, MachineState machine)
{
    const int Sp = 31;
    const int Zero = 31;

    readonly AccessList _accesses = new(machine);

    int Rt => (int)(word & 31);

    int Rn => (int)(word >> 5 & 31);

    int Rt2 => (int)(word >> 10 & 31);

    int Rm => (int)(word >> 16 & 31);

    bool IsVector => (word >> 26 & 1) != 0;

    bool IsLoad => (word >> 22 & 1) != 0;

    int SizeBits => (int)(word >> 30);

    AccessMode Mode => IsLoad ? AccessMode.Read : AccessMode.Write;

    /// <summary>What the word means; instructions that are not of interest are shown as a number.</summary>
    public DecodedInstruction Decode()
    {
        PointerUpdate? update = null;
        var text = (word >> 25 & 15) switch
        {
            4 or 6 or 12 or 14 => DecodeMemory(),
            10 or 11 => DecodeBranch(out update),
            // Processing of numbers, in integer and vector registers.
            5 or 7 or 8 or 9 or 13 or 15 => null,
            0 when word >> 16 == 0 => $"udf #0x{word:x}",
            _ => Unknown(),
        };
        return new()
        {
            Text = text ?? $".inst 0x{word:x8}",
            Accesses = _accesses.Known,
            HasUnknownAccess = _accesses.HasUnknown,
            AddressRegisters = _accesses.Registers,
            Update = update,
        };
    }

    string? DecodeMemory()
    {
        if ((word & 0x3b000000) == 0x18000000)
            return DecodeLiteral();
        if ((word & 0x3a000000) == 0x28000000)
            return DecodePair();
        if ((word & 0x3f000000) == 0x08000000)
            return DecodeExclusive();
        if ((word & 0x3b000000) == 0x39000000)
            return DecodeSingle((word >> 10 & 0xfff) << ScaleOfSingle, isImmediate: true);
        if ((word & 0x3b200000) == 0x38000000)
            return DecodeSingle(SignExtend(word >> 12, 9), isImmediate: true);
        if ((word & 0x3b200c00) == 0x38200800)
            return DecodeSingle(ExtendIndex(), isImmediate: false);
        if ((word & 0x3b200c00) == 0x38200000 && !IsVector)
            return DecodeAtomic();
        return (word & 0xbe000000) == 0x0c000000 ? DecodeStructure() : Unknown();
    }

    string? DecodeLiteral()
    {
        var size = IsVector ? 4 << SizeBits : SizeBits is 1 ? 8 : 4;
        if (SizeBits == 3)
            return IsVector ? Unknown() : null;

        var address = machine.Pc + SignExtend(word >> 5, 19) * 4;
        _accesses.Add(address, size, AccessMode.Read);
        var name = SizeBits == 2 && !IsVector ? "ldrsw" : "ldr";
        return $"{name} {Register(Rt, size)}, 0x{address:x}";
    }

    string? DecodePair()
    {
        if (SizeBits == 3)
            return Unknown();

        var isTag = SizeBits == 1 && !IsVector && !IsLoad;
        var size = IsVector ? 4 << SizeBits : SizeBits == 2 ? 8 : 4;
        var offset = SignExtend(word >> 15, 7) * (ulong)(isTag ? 16 : size);
        var isPost = (word >> 23 & 3) == 1;
        _accesses.Add(Rn, isPost ? 0 : offset, isTag ? 16 : 2 * size, Mode);
        var name = isTag ? "stgp" : SizeBits == 1 && !IsVector ? "ldpsw"
            : (IsLoad ? "ld" : "st") + ((word >> 23 & 3) == 0 ? "np" : "p");
        return $"{name} {Register(Rt, size)}, {Register(Rt2, size)}, {Address(offset, (word >> 23 & 3) is 1, (word >> 23 & 3) is 3)}";
    }

    string DecodeExclusive()
    {
        var isOrdered = (word >> 23 & 1) != 0;
        var isPair = (word >> 21 & 1) != 0;
        var isSwap = isPair && (isOrdered || SizeBits < 2);
        var size = isPair && !isOrdered ? 8 << (SizeBits & 1) : 1 << SizeBits;
        _accesses.Add(Rn, 0, size, isSwap ? AccessMode.ReadWrite : Mode);
        var name = isSwap ? (isOrdered ? "cas" : "casp")
            : (IsLoad ? "ld" : "st") + (isOrdered ? (IsLoad ? "ar" : "lr") : isPair ? "xp" : "xr");
        var suffix = isPair && !isOrdered ? "" : size switch { 1 => "b", 2 => "h", _ => "" };
        return $"{name}{suffix} {Register(Rt, size)}, [{Name(Rn)}]";
    }

    // The size of a vector register's load has one bit more than the others'.
    int ScaleOfSingle => IsVector && (word >> 23 & 1) != 0 ? 4 : SizeBits;

    string? DecodeSingle(ulong? offset, bool isImmediate)
    {
        var kind = word >> 22 & 3;
        if (!IsVector && SizeBits == 3 && kind == 2)
        {
            // A prefetch, which never faults.
            return null;
        }

        var isUnsignedOffset = (word >> 24 & 1) != 0;
        var form = word >> 10 & 3;
        var isPost = isImmediate && !isUnsignedOffset && form == 1;
        var isPre = isImmediate && !isUnsignedOffset && form == 3;
        var size = 1 << ScaleOfSingle;
        var loads = IsVector ? IsLoad : kind != 0;
        if (!isImmediate && Rm != Zero)
            _accesses.Use(Rm);
        _accesses.Add(Rn, isPost ? 0 : offset, size, loads ? AccessMode.Read : AccessMode.Write);

        var isUnscaled = isImmediate && !isUnsignedOffset && form == 0;
        var isUnprivileged = isImmediate && !isUnsignedOffset && form == 2;
        var name = (loads ? "ld" : "st") + (isUnscaled ? "ur" : isUnprivileged ? "tr" : "r")
            + (!IsVector && kind >= 2 ? "s" : "")
            + (IsVector ? "" : size switch { 1 => "b", 2 => "h", 4 when kind >= 2 => "w", _ => "" });
        var target = Register(Rt, IsVector ? size : kind == 2 ? 8 : kind == 3 ? 4 : size);
        return isImmediate
            ? $"{name} {target}, {Address(offset ?? 0, isPost, isPre)}"
            : $"{name} {target}, [{Name(Rn)}, {IndexText()}]";
    }

    string DecodeAtomic()
    {
        _accesses.Add(Rn, 0, 1 << SizeBits, AccessMode.ReadWrite);
        var isSwap = (word >> 15 & 1) != 0;
        string[] names = ["ldadd", "ldclr", "ldeor", "ldset", "ldsmax", "ldsmin", "ldumax", "ldumin"];
        var name = isSwap ? "swp" : names[word >> 12 & 7];
        var suffix = SizeBits switch { 0 => "b", 1 => "h", _ => "" };
        return $"{name}{suffix} {Register(Rm, 1 << SizeBits)}, {Register(Rt, 1 << SizeBits)}, [{Name(Rn)}]";
    }

    string DecodeStructure()
    {
        var isSingle = (word >> 24 & 1) != 0;
        var size = isSingle ? SizeOfElement() : SizeOfVectors();
        _accesses.Add(Rn, 0, size, Mode);
        var name = IsLoad ? "ld" : "st";
        return $"{name} {{v{Rt}…}}, [{Name(Rn)}]";
    }

    int SizeOfVectors()
    {
        var registers = (word >> 12 & 15) switch { 0 or 2 => 4, 4 or 6 => 3, 7 => 1, 8 or 10 => 2, _ => 0 };
        return registers * ((word >> 30 & 1) != 0 ? 16 : 8);
    }

    int SizeOfElement()
    {
        var elements = (int)((word >> 13 & 1) << 1 | word >> 21 & 1) + 1;
        var scale = (int)(word >> 14 & 3);
        var width = scale switch
        {
            2 => (word >> 10 & 1) != 0 ? 8 : 4,
            3 => 1 << (int)(word >> 10 & 3),
            _ => 1 << scale,
        };
        return elements * width;
    }

    string? DecodeBranch(out PointerUpdate? update)
    {
        update = null;
        switch (word)
        {
            case var _ when (word & 0x7c000000) == 0x14000000:
                var target = machine.Pc + SignExtend(word, 26) * 4;
                update = new(target);
                return $"{(word >> 31 != 0 ? "bl" : "b")} 0x{target:x}";
            case var _ when (word & 0xff000000) == 0x54000000:
                update = new(null);
                return $"b.{Condition(word & 15)} 0x{machine.Pc + SignExtend(word >> 5, 19) * 4:x}";
            case var _ when (word & 0x7e000000) == 0x34000000:
                update = new(null);
                return $"{((word >> 24 & 1) != 0 ? "cbnz" : "cbz")} {Register(Rt, word >> 31 != 0 ? 8 : 4)}, "
                    + $"0x{machine.Pc + SignExtend(word >> 5, 19) * 4:x}";
            case var _ when (word & 0x7e000000) == 0x36000000:
                update = new(null);
                return $"{((word >> 24 & 1) != 0 ? "tbnz" : "tbz")} {Register(Rt, 8)}, "
                    + $"#{(word >> 31) << 5 | word >> 19 & 31}, 0x{machine.Pc + SignExtend(word >> 5, 14) * 4:x}";
            case var _ when (word & 0xfe1ff000) == 0xd61f0000:
                return DecodeIndirect(out update);
            case var _ when (word & 0xff000000) == 0xd4000000:
                return DecodeException();
            case var _ when (word & 0xfffff01f) == 0xd503201f:
                return word == 0xd503201f ? "nop" : null;
            // Some system instructions clear memory.
            case var _ when (word & 0xfff80000) == 0xd5080000:
                return Unknown();
            default:
                return null;
        }
    }

    // The forms that authenticate the pointer first have the same registers.
    string? DecodeIndirect(out PointerUpdate? update)
    {
        var isPlain = (word & 0xfffffc1f) is 0xd61f0000 or 0xd63f0000 or 0xd65f0000;
        var value = !isPlain ? null : Rn == Zero ? 0 : machine[Rn];
        update = new(value) { IsNullBased = value == 0 };
        return (word >> 21 & 3, isPlain) switch
        {
            (0, true) => $"br {Register(Rn, 8)}",
            (1, true) => $"blr {Register(Rn, 8)}",
            (2, true) => Rn == 30 ? "ret" : $"ret {Register(Rn, 8)}",
            _ => null,
        };
    }

    string? DecodeException()
    {
        var name = (word & 0xffe0001f) switch
        {
            0xd4000001 => "svc",
            0xd4200000 => "brk",
            0xd4400000 => "hlt",
            _ => null,
        };
        return name is null ? null : $"{name} #0x{word >> 5 & 0xffff:x}";
    }

    string? Unknown()
    {
        _accesses.AddUnknown();
        return null;
    }

    ulong? ExtendIndex()
    {
        var index = Rm == Zero ? 0 : machine[Rm];
        var extended = (word >> 13 & 7) switch
        {
            2 => index & uint.MaxValue,
            3 or 7 => index,
            6 => (ulong?)(long?)(int?)(uint?)(index & uint.MaxValue),
            _ => null,
        };
        return extended << IndexShift;
    }

    int IndexShift => (word >> 12 & 1) != 0 ? ScaleOfSingle : 0;

    string IndexText()
    {
        var extension = (word >> 13 & 7) switch { 2 => "uxtw", 6 => "sxtw", 7 => "sxtx", _ => "lsl" };
        var index = Register(Rm, (word >> 13 & 1) != 0 ? 8 : 4);
        return (extension, IndexShift) switch
        {
            ("lsl", 0) => index,
            (_, 0) => $"{index}, {extension}",
            _ => $"{index}, {extension} #{IndexShift}",
        };
    }

    string Address(ulong offset, bool isPost, bool isPre) => isPost ? $"[{Name(Rn)}], {Number(offset)}"
        : isPre ? $"[{Name(Rn)}, {Number(offset)}]!"
        : offset == 0 ? $"[{Name(Rn)}]"
        : $"[{Name(Rn)}, {Number(offset)}]";

    static string Number(ulong value) => string.Create(
        CultureInfo.InvariantCulture, $"#{((long)value < 0 ? "-" : "")}0x{((long)value < 0 ? 0 - value : value):x}");

    string Register(int number, int size) => IsVector && (word >> 25 & 5) == 4
        ? $"{size switch { 1 => 'b', 2 => 'h', 4 => 's', 8 => 'd', _ => 'q' }}{number}"
        : (size > 4 ? "x" : "w") + (number == Zero ? "zr" : number.ToString(CultureInfo.InvariantCulture));

    static string Name(int number) => number == Sp ? "sp" : $"x{number}";

    static string Condition(uint number) =>
        "eq ne hs lo mi pl vs vc hi ls ge lt gt le al nv".Split(' ')[number];

    static ulong SignExtend(uint value, int bits) => (ulong)((long)((ulong)value << 64 - bits) >> 64 - bits);
}
