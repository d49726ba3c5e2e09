using System.Buffers.Binary;
using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Images;

/// <summary>
/// The function table of 64-bit Windows for x86 (Microsoft, "x64 exception handling"): RUNTIME_FUNCTIONs of 12 bytes, sorted
/// by address, each leading to the codes of its prologue. A function that is not listed has no frame.
/// </summary>
/// <param name="view">Where the codes are; their addresses are relative to its beginning, as are those of the entries.</param>
sealed class Amd64Functions(CpuTraits cpu, ImageView view, ReadOnlyMemory<byte> entries) : UnwindTable
{
    const int EntrySize = 12;
    const int MaxChain = 32;

    public override bool TryFind(uint rva, bool isInterrupted, out UnwindEntry entry)
    {
        entry = default;
        var (low, high) = (0, entries.Length / EntrySize);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = ReadEntry(entries.Span, middle * EntrySize).Begin <= rva ? (middle + 1, high) : (low, middle);
        }

        if (low == 0)
            return false;

        var function = ReadEntry(entries.Span, (low - 1) * EntrySize);
        if (rva >= function.End || !TryFollow(ref function))
            return false;

        entry = new(function.Begin, function.End, rva, ReadRules(function, rva, isInterrupted));
        return true;
    }

    // A set lowest bit means that the address is that of another entry.
    bool TryFollow(ref Function function)
    {
        Span<byte> bytes = stackalloc byte[EntrySize];
        for (var i = 0; i < MaxChain && (function.Unwind & 1) != 0; i++)
        {
            if (!view.TryRead(function.Unwind & ~1u, bytes))
                return false;

            function = function with { Unwind = ReadEntry(bytes, 0).Unwind };
        }

        return (function.Unwind & 1) == 0;
    }

    FrameRules? ReadRules(Function function, uint rva, bool isInterrupted)
    {
        var stack = new Amd64Stack(cpu);
        var isFirst = true;
        for (var i = 0; i < MaxChain; i++)
        {
            if (!TryReadCodes(function.Unwind, out var codes))
                return null;

            // Chained entries describe what was done before this part of the function.
            var offset = isFirst ? rva - function.Begin : uint.MaxValue;
            if (isFirst && isInterrupted && offset >= codes.PrologueSize
                && Amd64Epilogue.TryRead(cpu, view, function.Begin, function.End, rva, out var epilogue))
            {
                return epilogue;
            }

            if (!stack.TryRun(codes, offset))
                return null;
            if (codes.Chained is not { } next)
                return stack.ToRules();

            function = next;
            isFirst = false;
            if (!TryFollow(ref function))
                return null;
        }

        return null;
    }

    bool TryReadCodes(uint at, out Amd64Codes codes)
    {
        const int chained = 4;
        codes = default;
        Span<byte> header = stackalloc byte[4];
        if (!view.TryRead(at, header))
            return false;

        var (version, flags) = (header[0] & 7, header[0] >> 3);
        var count = header[2];
        if (version is not (1 or 2) || !view.TryGet(at + 4, count * 2UL, out var slots))
            return false;

        Function? next = null;
        if ((flags & chained) != 0)
        {
            Span<byte> entry = stackalloc byte[EntrySize];
            if (!view.TryRead(at + 4 + (ulong)(count + (count & 1)) * 2, entry))
                return false;
            next = ReadEntry(entry, 0);
        }

        codes = new(header[1], header[3] & 0x0f, (header[3] >> 4) * 16, slots.Span, next);
        return true;
    }

    static Function ReadEntry(ReadOnlySpan<byte> bytes, int offset) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[(offset + 4)..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[(offset + 8)..]));

    internal readonly record struct Function(uint Begin, uint End, uint Unwind);
}

/// <summary>UNWIND_INFO.</summary>
/// <param name="frameRegister">The register that points into the frame; 0 for none.</param>
readonly ref struct Amd64Codes(
    int prologueSize, int frameRegister, int frameOffset, ReadOnlySpan<byte> slots, Amd64Functions.Function? chained)
{
    public int PrologueSize => prologueSize;

    public int FrameRegister => frameRegister;

    public int FrameOffset => frameOffset;

    /// <summary>Two bytes each.</summary>
    public ReadOnlySpan<byte> Slots { get; } = slots;

    public Amd64Functions.Function? Chained => chained;
}

/// <summary>Undoes what the codes of prologues say that was done.</summary>
ref struct Amd64Stack(CpuTraits cpu)
{
    const int Rsp = 4;

    readonly FrameValue?[] _saved = new FrameValue?[16];
    int _base = ToIndex(Rsp);
    long _offset;
    bool _hasMachineFrame;

    /// <summary>The register that an instruction or code means by a number; ours has another order.</summary>
    public static int ToIndex(int number) => number switch
    {
        0 => 0, // rax
        1 => 2, // rcx
        2 => 1, // rdx
        3 => 3, // rbx
        4 => 7, // rsp
        5 => 6, // rbp
        6 => 4, // rsi
        7 => 5, // rdi
        _ => number,
    };

    /// <param name="reached">Bytes of the prologue that have run.</param>
    public bool TryRun(Amd64Codes codes, uint reached)
    {
        // Where registers were moved to, rather than pushed, is relative to the frame as the whole prologue made it.
        var (frame, bottom) = (_base, _offset);
        if (codes.FrameRegister != 0 && IsFrameSet(codes, reached))
            (frame, bottom) = (ToIndex(codes.FrameRegister), -codes.FrameOffset);

        var cursor = new ByteCursor(codes.Slots);
        while (!cursor.IsAtEnd && !_hasMachineFrame)
        {
            var at = cursor.U8();
            var code = cursor.U8();
            if (!TryStep(code & 0x0f, code >> 4, ref cursor, codes, at <= reached, frame, bottom) || cursor.IsBroken)
                return false;
        }

        return true;
    }

    static bool IsFrameSet(Amd64Codes codes, uint reached)
    {
        const int setFrame = 3;
        for (var i = 0; i + 1 < codes.Slots.Length; i += 2)
        {
            if ((codes.Slots[i + 1] & 0x0f) == setFrame && codes.Slots[i + 1] >> 4 == 0)
                return codes.Slots[i] <= reached;
        }

        // A part of a function finds it set.
        return true;
    }

    bool TryStep(int code, int operand, ref ByteCursor cursor, Amd64Codes codes, bool hasRun, int frame, long bottom)
    {
        switch (code)
        {
            case 0: // push
                Save(hasRun, operand, _base, _offset);
                Release(hasRun, 8);
                return true;
            case 1: // allocate
                Release(hasRun, operand == 0 ? cursor.U16() * 8L : cursor.U32());
                return operand <= 1;
            case 2:
                Release(hasRun, operand * 8 + 8);
                return true;
            case 3: // the frame register was set
                if (hasRun)
                    (_base, _offset) = (ToIndex(codes.FrameRegister), -codes.FrameOffset);
                return true;
            case 4: // moved
                Save(hasRun, operand, frame, bottom + cursor.U16() * 8L);
                return true;
            case 5:
                Save(hasRun, operand, frame, bottom + cursor.U32());
                return true;
            case 6 or 8: // an epilogue; a vector register
                cursor.Skip(2);
                return true;
            case 7 or 9:
                cursor.Skip(4);
                return true;
            case 10: // the processor pushed rip, cs, flags, rsp, ss, and for some exceptions a code
                Release(hasRun && operand == 1, 8);
                _hasMachineFrame = hasRun;
                return true;
            default:
                return false;
        }
    }

    readonly void Save(bool hasRun, int register, int from, long offset)
    {
        if (hasRun)
            _saved[register] = FrameValue.At(from, offset);
    }

    void Release(bool hasRun, long bytes) => _offset += hasRun ? bytes : 0;

    public readonly FrameRules ToRules()
    {
        const int stackPointer = 24;
        var rules = new FrameRules(cpu)
        {
            Cfa = FrameValue.Of(_base, _offset + (_hasMachineFrame ? 0 : 8)),
            IsSignalFrame = _hasMachineFrame,
            [cpu.Pc] = FrameValue.AtCfa(_hasMachineFrame ? 0 : -8),
        };
        for (var register = 0; register < _saved.Length; register++)
        {
            if (_saved[register] is { } value)
                rules[ToIndex(register)] = value;
        }

        if (_hasMachineFrame)
            rules[cpu.Sp] = FrameValue.AtCfa(stackPointer);
        return rules;
    }
}

/// <summary>
/// Recognises the rest of an epilogue, which the first version of the codes does not describe: the stack pointer is set back,
/// registers are popped, and a return or a jump out of the function follows.
/// </summary>
static class Amd64Epilogue
{
    const int Longest = 64;
    const int Rsp = 4;

    public static bool TryRead(CpuTraits cpu, ImageView view, uint begin, uint end, uint rva, out FrameRules? rules)
    {
        rules = null;
        Span<byte> buffer = stackalloc byte[Longest];
        var code = buffer[..(int)Math.Min(Longest, end - rva)];
        if (!view.TryRead(rva, code))
            return false;

        var cursor = new ByteCursor(code);
        var (register, offset) = ReadRelease(code, ref cursor);
        var popped = new List<(int Register, long Offset)>();
        while (ReadPop(code, ref cursor) is { } pop)
        {
            popped.Add((pop, offset));
            offset += 8;
        }

        if (!IsReturn(code, cursor.Position, begin, end, rva))
            return false;

        rules = new(cpu) { Cfa = FrameValue.Of(register, offset + 8), [cpu.Pc] = FrameValue.AtCfa(-8) };
        foreach (var (target, at) in popped)
            rules[target] = FrameValue.At(register, at);
        return true;
    }

    // add rsp, n; or lea rsp, [register + n].
    static (int Register, long Offset) ReadRelease(ReadOnlySpan<byte> code, ref ByteCursor cursor)
    {
        var rsp = Amd64Stack.ToIndex(Rsp);
        switch (code)
        {
            case [0x48, 0x83, 0xc4, var small, ..]:
                cursor.Skip(4);
                return (rsp, (sbyte)small);
            case [0x48, 0x81, 0xc4, ..]:
                cursor.Skip(3);
                return (rsp, cursor.Signed(4));
            case [0x48 or 0x49, 0x8d, var modRm, ..] when (modRm & 0x38) == 0x20 && (modRm & 7) != 4 && modRm >> 6 is 1 or 2:
                cursor.Skip(3);
                return (Amd64Stack.ToIndex((modRm & 7) + (code[0] == 0x49 ? 8 : 0)), cursor.Signed(modRm >> 6 == 1 ? 1 : 4));
            default:
                return (rsp, 0);
        }
    }

    static int? ReadPop(ReadOnlySpan<byte> code, ref ByteCursor cursor)
    {
        switch (code[Math.Min(cursor.Position, code.Length)..])
        {
            case [>= 0x58 and <= 0x5f and var low, ..] when low != 0x5c:
                cursor.Skip(1);
                return Amd64Stack.ToIndex(low - 0x58);
            case [0x41, >= 0x58 and <= 0x5f and var high, ..]:
                cursor.Skip(2);
                return high - 0x58 + 8;
            default:
                return null;
        }
    }

    static bool IsReturn(ReadOnlySpan<byte> code, int position, uint begin, uint end, uint rva)
    {
        var rest = code[Math.Min(position, code.Length)..];
        var at = rva + (uint)position;
        return rest switch
        {
            [0xc3 or 0xc2, ..] or [0xf2 or 0xf3, 0xc3, ..] => true,
            [0xeb, var near, ..] => IsOutside(at + 2 + (uint)(sbyte)near),
            [0xe9, _, _, _, _, ..] => IsOutside(at + 5 + BinaryPrimitives.ReadUInt32LittleEndian(rest[1..])),
            [0xff, 0x25, ..] or [0x48, 0xff, 0x25, ..] => true,
            [0x48 or 0x49, 0xff, var modRm, ..] => (modRm & 0x38) == 0x20,
            _ => false,
        };

        bool IsOutside(uint target) => target < begin || target >= end;
    }
}
