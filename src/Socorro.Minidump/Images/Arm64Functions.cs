using System.Buffers.Binary;
using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Images;

/// <summary>
/// The function table of 64-bit Windows for ARM (Microsoft, "ARM64 exception handling"): entries of 8 bytes, sorted by address.
/// Each holds a packed description of a usual function, or leads to the codes of its prologue and epilogues.
/// </summary>
sealed class Arm64Functions(CpuTraits cpu, ImageView view, ReadOnlyMemory<byte> entries) : UnwindTable
{
    const int EntrySize = 8;

    public override bool TryFind(uint rva, bool isInterrupted, out UnwindEntry entry)
    {
        entry = default;
        var (low, high) = (0, entries.Length / EntrySize);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = ReadWord(middle, 0) <= rva ? (middle + 1, high) : (low, middle);
        }

        if (low == 0)
            return false;

        var begin = ReadWord(low - 1, 0);
        var unwind = ReadWord(low - 1, 4);
        var offset = rva - begin;
        var found = (unwind & 3) == 0
            ? Arm64Codes.TryRead(view, unwind, offset, isInterrupted, out var codes)
            : Arm64Codes.TryUnpack(unwind, offset, isInterrupted, out codes);
        if (!found || offset >= codes.FunctionSize)
            return false;

        entry = new(begin, begin + codes.FunctionSize, rva, new Arm64Stack(cpu).Run(codes.Bytes));
        return true;
    }

    uint ReadWord(int entry, int offset) =>
        BinaryPrimitives.ReadUInt32LittleEndian(entries.Span[(entry * EntrySize + offset)..]);
}

/// <summary>The codes that undo what a function has done when it is at some instruction, the last thing first.</summary>
readonly record struct Arm64Codes(uint FunctionSize, byte[] Bytes)
{
    const byte End = 0xe4;
    const byte SetFrame = 0xe1;
    const byte SignLink = 0xfc;
    const int MaxEpilogues = 4096;

    /// <summary>Reads .xdata: a header, where epilogues begin, the codes.</summary>
    public static bool TryRead(ImageView view, uint at, uint offset, bool isInterrupted, out Arm64Codes codes)
    {
        codes = default;
        var bytes = view.From(at).Span;
        var cursor = new ByteCursor(bytes);
        var header = cursor.U32();
        var size = (header & 0x3ffff) * 4;
        var isSingle = (header >> 21 & 1) != 0;
        var (epilogues, words) = (header >> 22 & 0x1f, header >> 27);
        if (epilogues == 0 && words == 0)
        {
            var extension = cursor.U32();
            (epilogues, words) = (extension & 0xffff, extension >> 16 & 0xff);
        }

        if ((header >> 18 & 3) != 0 || epilogues > MaxEpilogues)
            return false;

        var scopes = cursor.Take(isSingle ? 0 : epilogues * 4);
        var all = cursor.Take(words * 4);
        if (cursor.IsBroken)
            return false;

        codes = new(size, Select(all, scopes, isSingle ? epilogues : null, size, offset, isInterrupted));
        return true;
    }

    // Each code stands for one instruction. At the begin of a function, those of the prologue that have not run are skipped;
    // in an epilogue, those that have.
    static byte[] Select(
        ReadOnlySpan<byte> all, ReadOnlySpan<byte> scopes, uint? single, uint size, uint offset, bool isInterrupted)
    {
        if (!isInterrupted)
            return all.ToArray();

        var prologue = CountCodes(all);
        if (offset / 4 < prologue)
            return all[SkipCodes(all, prologue - (int)(offset / 4))..].ToArray();

        if (single is { } first && first < all.Length)
        {
            var start = size - (uint)(CountCodes(all[(int)first..]) + 1) * 4;
            if (offset >= start && offset < size)
                return From(all[(int)first..], (offset - start) / 4);
        }

        for (var i = 0; i + 4 <= scopes.Length; i += 4)
        {
            var scope = BinaryPrimitives.ReadUInt32LittleEndian(scopes[i..]);
            var (start, index) = ((scope & 0x3ffff) * 4, (int)(scope >> 22));
            if (index >= all.Length)
                continue;

            var length = (uint)(CountCodes(all[index..]) + 1) * 4;
            if (offset >= start && offset - start < length)
                return From(all[index..], (offset - start) / 4);
        }

        return all.ToArray();
    }

    static byte[] From(ReadOnlySpan<byte> codes, uint skipped) => codes[SkipCodes(codes, (int)skipped)..].ToArray();

    /// <summary>Codes up to the one that ends them.</summary>
    static int CountCodes(ReadOnlySpan<byte> codes)
    {
        var count = 0;
        for (var i = 0; i < codes.Length && codes[i] is not (End or 0xe5); i += SizeOf(codes[i]))
            count++;
        return count;
    }

    static int SkipCodes(ReadOnlySpan<byte> codes, int count)
    {
        var at = 0;
        for (; count > 0 && at < codes.Length; count--)
            at += SizeOf(codes[at]);
        return Math.Min(at, codes.Length);
    }

    public static int SizeOf(byte code) => code switch
    {
        < 0xc0 => 1,
        < 0xe0 => 2,
        0xe0 => 4,
        0xe2 => 2,
        0xe7 => 3,
        0xf8 => 2,
        0xf9 => 3,
        0xfa => 4,
        0xfb => 5,
        _ => 1,
    };

    /// <summary>Writes out the codes that a packed entry stands for.</summary>
    public static bool TryUnpack(uint packed, uint offset, bool isInterrupted, out Arm64Codes codes)
    {
        var flag = packed & 3;
        var size = (packed >> 2 & 0x7ff) * 4;
        var (floats, integers) = ((int)(packed >> 13 & 7), (int)(packed >> 16 & 15));
        var homes = (packed >> 20 & 1) != 0;
        var chain = packed >> 21 & 3;
        var frame = (int)(packed >> 23 & 0x1ff) * 16;
        codes = new(size, []);
        if (flag == 3 || integers > 10)
            return false;

        var prologue = Prologue(floats, integers, homes, chain, frame);
        if (prologue is null)
            return false;

        // Packed functions have the mirror of their prologue at their end, unless they are parts of others.
        var count = prologue.Count;
        var at = (int)(offset / 4);
        var skipped = 0;
        if (isInterrupted && flag == 1 && at < count)
            skipped = count - at;
        else if (isInterrupted && flag == 1 && offset < size && size / 4 - offset / 4 <= count + 1)
            skipped = count + 1 - (int)(size / 4 - offset / 4);
        codes = new(size, [.. prologue.Skip(Math.Min(skipped, count)).SelectMany(code => code), End]);
        return true;
    }

    // In the order of undoing. See "Packed unwind data" for what a prologue looks like.
    static List<byte[]>? Prologue(int floats, int integers, bool homes, uint chain, int frame)
    {
        var hasLink = chain == 1;
        var floatCount = floats == 0 ? 0 : floats + 1;
        var integerBytes = integers * 8 + (hasLink ? 8 : 0);
        var saved = (integerBytes + floatCount * 8 + (homes ? 64 : 0) + 15) & ~15;
        var local = frame - saved;
        var codes = new List<byte[]>();
        if (local < 0)
            return null;

        if (chain is 2 or 3)
        {
            codes.Add([SetFrame]);
            if (local is > 0 and <= 512)
            {
                codes.Add([(byte)(0x80 | local / 8 - 1)]);
            }
            else
            {
                codes.Add([0x40]);
                AddAllocation(codes, local);
            }
        }
        else
        {
            AddAllocation(codes, local);
        }

        if (homes)
            codes.AddRange(Enumerable.Repeat<byte[]>([0xe3], 4));
        AddSaves(codes, floatCount, integers, hasLink, saved);
        if (chain == 2)
            codes.Add([SignLink]);
        return codes;
    }

    static void AddAllocation(List<byte[]> codes, int bytes)
    {
        const int largestStep = 4080;
        if (bytes > largestStep)
        {
            codes.Add(Allocate(bytes - largestStep));
            codes.Add(Allocate(largestStep));
        }
        else if (bytes > 0)
        {
            codes.Add(Allocate(bytes));
        }
    }

    static byte[] Allocate(int bytes) => [(byte)(0xc0 | bytes / 16 >> 8), (byte)(bytes / 16)];

    // The first save of a prologue makes the room for all of them. Pairs from x19 on, then the link register, then d8 on.
    static void AddSaves(List<byte[]> codes, int floats, int integers, bool hasLink, int saved)
    {
        var saves = new List<byte[]>();
        var slot = 0;
        for (var i = 0; i + 1 < integers; i += 2, slot += 2)
            saves.Add(slot == 0 ? Code(0xcc, i, saved / 8 - 1) : Code(0xc8, i, slot));
        if (integers % 2 == 1 && hasLink)
        {
            saves.Add(slot == 0 ? Code(0xd4, 0, saved / 8 - 1) : [(byte)(0xd6 | integers / 2 >> 2), (byte)(integers / 2 << 6 | slot)]);
            if (slot == 0)
                saves.Add(Code(0xd0, 11, 1));
            slot += 2;
        }
        else if (integers % 2 == 1)
        {
            saves.Add(slot == 0 ? [(byte)(0xd4), (byte)(saved / 8 - 1)] : Code(0xd0, integers - 1, slot));
            slot++;
        }
        else if (hasLink)
        {
            saves.Add(slot == 0 ? [(byte)(0xd4 | 11 >> 3), (byte)((11 & 7) << 5 | saved / 8 - 1)] : Code(0xd0, 11, slot));
            slot++;
        }

        for (var i = 0; i + 1 < floats; i += 2, slot += 2)
            saves.Add(slot == 0 ? Code(0xda, i, saved / 8 - 1) : Code(0xd8, i, slot));
        if (floats % 2 == 1)
            saves.Add(Code(0xdc, floats - 1, slot));
        saves.Reverse();
        codes.AddRange(saves);
    }

    // Six bits of offset, and of the register as many as are left.
    static byte[] Code(byte code, int register, int offset) =>
        [(byte)(code | register >> 2), (byte)(register << 6 | offset & 0x3f)];
}

/// <summary>Follows what the codes say that happened to the stack pointer, and where registers were saved.</summary>
struct Arm64Stack(CpuTraits cpu)
{
    const int Fp = 29;
    const int Lr = 30;
    const int FirstSaved = 19;

    readonly FrameValue?[] _saved = new FrameValue?[33];
    int _base = cpu.Sp;
    long _offset;
    bool _isInterrupted;

    /// <summary>Null when a code is not known.</summary>
    public FrameRules? Run(ReadOnlySpan<byte> codes)
    {
        var cursor = new ByteCursor(codes);
        var pairs = 0;
        while (!cursor.IsAtEnd)
        {
            var code = cursor.U8();
            if (code is 0xe4 or 0xe5)
                break;
            if (!TryStep(code, ref cursor, ref pairs) || cursor.IsBroken)
                return null;
        }

        var rules = new FrameRules(cpu)
        {
            Cfa = FrameValue.Of(_base, _offset),
            IsSignalFrame = _isInterrupted,
            [cpu.Pc] = _saved[cpu.Pc] ?? _saved[Lr] ?? FrameValue.Of(Lr),
        };
        for (var register = 0; register < 32; register++)
        {
            if (_saved[register] is { } value)
                rules[register] = value;
        }

        return rules;
    }

    bool TryStep(byte code, ref ByteCursor cursor, ref int pairs)
    {
        switch (code)
        {
            case < 0x20: // alloc_s
                _offset += code * 16;
                return true;
            case < 0x40: // save_r19r20_x
                SaveWithRoom(FirstSaved, 2, (code & 0x1f) * 8);
                return true;
            case < 0x80: // save_fplr
                Save(Fp, 2, (code & 0x3f) * 8);
                return true;
            case < 0xc0: // save_fplr_x
                SaveWithRoom(Fp, 2, (code & 0x3f) * 8 + 8);
                return true;
            case < 0xc8: // alloc_m
                _offset += ((code & 7) << 8 | cursor.U8()) * 16;
                return true;
            case < 0xe0:
                SaveRegisters(code, cursor.U8(), ref pairs);
                return true;
            case 0xe0: // alloc_l
                _offset += (cursor.U8() << 16 | cursor.U8() << 8 | cursor.U8()) * 16L;
                return true;
            case 0xe1: // set_fp
                (_base, _offset) = (Fp, 0);
                return true;
            case 0xe2: // add_fp
                (_base, _offset) = (Fp, -cursor.U8() * 8);
                return true;
            case 0xe3 or 0xfc: // nop; the return address is signed
                return true;
            case 0xe6: // save_next: one pair further than the code before it, which undoing meets afterwards
                pairs++;
                return true;
            default:
                return TryContext(code);
        }
    }

    void SaveRegisters(byte code, byte low, ref int pairs)
    {
        var bits = code << 8 | low;
        var (wide, narrow) = (FirstSaved + (bits >> 6 & 0x0f), FirstSaved + (bits >> 5 & 0x0f));
        var (offset, room, smallRoom) = ((bits & 0x3f) * 8, (bits & 0x3f) * 8 + 8, (bits & 0x1f) * 8 + 8);
        switch (code)
        {
            case < 0xcc: // save_regp
                Save(wide, 2 + 2 * pairs, offset);
                break;
            case < 0xd0: // save_regp_x
                SaveWithRoom(wide, 2 + 2 * pairs, room);
                break;
            case < 0xd4: // save_reg
                Save(wide, 1, offset);
                break;
            case < 0xd6: // save_reg_x
                SaveWithRoom(narrow, 1, smallRoom);
                break;
            case < 0xd8: // save_lrpair
                Save(FirstSaved + 2 * (bits >> 6 & 7), 1, offset);
                Save(Lr, 1, offset + 8);
                break;
            case 0xda or 0xdb:
                _offset += room;
                break;
            case 0xde: // save_freg_x
                _offset += smallRoom;
                break;
            default: // vector registers in room that was made before
                break;
        }

        pairs = 0;
    }

    // Frames that the system makes to run handlers hold a whole context, or pc and sp alone.
    bool TryContext(byte code)
    {
        const int contextPc = 264;
        const int contextSp = 256;
        if (code is not (0xe8 or 0xe9 or 0xea))
            return false;

        _isInterrupted = true;
        if (code == 0xe8) // trap frame of the kernel: not seen in dumps of processes
            return false;
        var (sp, pc) = code == 0xea ? (contextSp, contextPc) : (0, 8);
        for (var register = 0; code == 0xea && register <= Lr; register++)
            _saved[register] = FrameValue.At(_base, _offset + 8 + register * 8);
        _saved[cpu.Pc] = FrameValue.At(_base, _offset + pc);
        _saved[cpu.Sp] = FrameValue.At(_base, _offset + sp);
        return true;
    }

    void Save(int first, int count, long offset)
    {
        for (var i = 0; i < count && first + i <= Lr; i++)
            _saved[first + i] = FrameValue.At(_base, _offset + offset + 8 * i);
    }

    void SaveWithRoom(int first, int count, long room)
    {
        Save(first, count, 0);
        _offset += room;
    }
}
