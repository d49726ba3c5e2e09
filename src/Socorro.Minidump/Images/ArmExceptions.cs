using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Images;

/// <summary>
/// The exception index of 32-bit ARM (".ARM.exidx" and ".ARM.extab"; Exception Handling ABI for the Arm Architecture). It tells
/// how to leave a function from where it makes calls: neither prologues nor epilogues are described.
/// </summary>
sealed class ArmExceptions(CpuTraits cpu, ImageView view, ReadOnlyMemory<byte> index, ulong indexRva) : UnwindTable
{
    const int EntrySize = 8;
    const uint CantUnwind = 1;
    const int Sp = 13;
    const int Lr = 14;
    const int Pc = 15;

    public override bool TryFind(uint rva, bool isInterrupted, out UnwindEntry entry)
    {
        entry = default;
        var (low, high) = (0, index.Length / EntrySize);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = StartOf(middle) <= rva ? (middle + 1, high) : (low, middle);
        }

        if (low == 0)
            return false;

        var start = StartOf(low - 1);
        var end = low < index.Length / EntrySize ? StartOf(low) : uint.MaxValue;
        entry = new(start, end, start, Read(low - 1, isInterrupted && rva == start));
        return true;
    }

    uint StartOf(int entry) => FollowPrel31(index.Span, entry * EntrySize, indexRva);

    FrameRules? Read(int entry, bool isAtStart)
    {
        if (isAtStart)
            return Leaf();

        var cursor = new ByteCursor(index.Span[(entry * EntrySize + 4)..]);
        var data = cursor.U32();
        if (data == CantUnwind)
            return null;
        if ((data & 0x80000000) != 0)
            return Run(data, default);

        var table = FollowPrel31(index.Span, entry * EntrySize + 4, indexRva);
        return view.TryGet(table, 4, out _) ? ReadTable(view.From(table).Span) : null;
    }

    // What follows is in a model of the ABI's own, or a routine of the language that keeps to the same instructions (as those of
    // C++ do): then the first byte says how many words follow.
    FrameRules? ReadTable(ReadOnlySpan<byte> bytes)
    {
        const int maxWords = 64;
        var cursor = new ByteCursor(bytes);
        var first = cursor.U32();
        if ((first & 0x80000000) == 0)
        {
            var word = cursor.U32();
            var count = word >> 24;
            return cursor.IsBroken || count > maxWords ? null : Run(word, cursor.Take(count * 4));
        }

        var model = first >> 24 & 0x0f;
        if (model == 0)
            return Run(first, default);

        var words = first >> 16 & 0xff;
        return model > 2 || words > maxWords ? null : Run(first, cursor.Take(words * 4), 2);
    }

    FrameRules Leaf() => new(cpu) { Cfa = FrameValue.Of(Sp), [Pc] = FrameValue.Of(Lr) };

    /// <param name="first">The first word, whose lowest bytes are instructions.</param>
    /// <param name="ofFirst">How many of them.</param>
    FrameRules? Run(uint first, ReadOnlySpan<byte> words, int ofFirst = 3)
    {
        Span<byte> code = stackalloc byte[ofFirst + words.Length];
        for (var i = 0; i < ofFirst; i++)
            code[i] = (byte)(first >> 8 * (ofFirst - 1 - i));

        // The words are in the processor's byte order, their instructions from the highest byte down.
        for (var i = 0; i < words.Length; i++)
            code[ofFirst + i] = words[i ^ 3];
        return new ArmStack(cpu).TryRun(code, out var rules) ? rules : null;
    }

    // 31 bits, relative to where they stand.
    static uint FollowPrel31(ReadOnlySpan<byte> bytes, int offset, ulong rva)
    {
        var cursor = new ByteCursor(bytes);
        cursor.Seek((ulong)offset);
        var relative = (int)(cursor.U32() << 1) >> 1;
        return unchecked((uint)(rva + (ulong)offset) + (uint)relative);
    }
}

/// <summary>Follows what the instructions of an exception table do to the stack pointer, and where registers are taken from.</summary>
struct ArmStack(CpuTraits cpu)
{
    const int Sp = 13;
    const int Lr = 14;
    const int Pc = 15;

    readonly FrameValue?[] _values = new FrameValue?[16];
    int _base = Sp;
    long _offset;

    public bool TryRun(ReadOnlySpan<byte> code, out FrameRules? rules)
    {
        rules = null;
        var cursor = new ByteCursor(code);
        while (!cursor.IsAtEnd)
        {
            var instruction = cursor.U8();
            if (instruction == 0xb0)
                break;
            if (!TryStep(instruction, ref cursor) || cursor.IsBroken)
                return false;
        }

        rules = new(cpu) { Cfa = _values[Sp] ?? FrameValue.Of(_base, _offset) };
        for (var register = 0; register < Pc; register++)
        {
            if (register != Sp && _values[register] is { } value)
                rules[register] = value;
        }

        rules[Pc] = _values[Pc] ?? _values[Lr] ?? FrameValue.Of(Lr);
        return true;
    }

    bool TryStep(byte instruction, ref ByteCursor cursor)
    {
        switch (instruction)
        {
            case < 0x40:
                _offset += ((instruction & 0x3f) << 2) + 4;
                return true;
            case < 0x80:
                _offset -= ((instruction & 0x3f) << 2) + 4;
                return true;
            case < 0x90:
                var mask = (instruction & 0x0f) << 8 | cursor.U8();
                Pop(mask << 4);
                return mask != 0;
            case < 0xa0:
                return TryMove(instruction & 0x0f);
            case < 0xb0:
                var last = 4 + (instruction & 7);
                Pop(((1 << (last + 1)) - 1) & ~0x0f | ((instruction & 8) != 0 ? 1 << Lr : 0));
                return true;
            case 0xb1:
                var low = cursor.U8();
                Pop(low & 0x0f);
                return low is > 0 and < 0x10;
            case 0xb2:
                _offset += 0x204 + (long)(Math.Min(cursor.Uleb(), 1 << 28) << 2);
                return true;
            case 0xb4: // the code that signs the return address
                _offset += 4;
                return true;
            default:
                return TrySkipVectors(instruction, ref cursor);
        }
    }

    // Saved vector registers only take room.
    bool TrySkipVectors(byte instruction, ref ByteCursor cursor)
    {
        switch (instruction)
        {
            case 0xb3: // as FSTMX saves them: a word more
                _offset += ((cursor.U8() & 0x0f) + 1) * 8 + 4;
                return true;
            case >= 0xb8 and <= 0xbf:
                _offset += ((instruction & 7) + 1) * 8 + 4;
                return true;
            case 0xc8 or 0xc9:
                _offset += ((cursor.U8() & 0x0f) + 1) * 8;
                return true;
            case >= 0xd0 and <= 0xd7:
                _offset += ((instruction & 7) + 1) * 8;
                return true;
            default:
                return false;
        }
    }

    bool TryMove(int register)
    {
        // What the register held is needed; once it was taken from the stack, that is another value.
        if (register is Sp or Pc || _values[register] is not null)
            return false;

        _base = register;
        _offset = 0;
        return true;
    }

    void Pop(int registers)
    {
        for (var register = 0; register < 16; register++)
        {
            if ((registers >> register & 1) == 0)
                continue;

            _values[register] = FrameValue.At(_base, _offset);
            _offset += 4;
        }
    }
}
