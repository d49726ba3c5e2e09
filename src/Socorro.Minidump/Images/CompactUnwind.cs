using System.Buffers.Binary;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Images.Dwarf;

namespace Socorro.Minidumps.Images;

/// <summary>
/// The compact unwind table of Mach-O images ("__unwind_info"; compact_unwind_encoding.h of LLVM's libunwind): an index of
/// pages, pages of functions, and for each function 32 bits that say what its frame looks like, or where its DWARF description
/// is. It holds where functions make calls.
/// </summary>
sealed class CompactUnwind(CpuTraits cpu, ImageView view, ReadOnlyMemory<byte> info, DwarfFrames? frames) : UnwindTable
{
    const int IndexEntry = 12;
    const uint RegularPage = 2;
    const uint CompressedPage = 3;
    const int Rbp = 6;
    const int Rsp = 7;
    const int Fp = 29;
    const int Lr = 30;

    public static bool Supports(CpuKind cpu) => cpu is CpuKind.Amd64 or CpuKind.Arm64;

    public override bool TryFind(uint rva, bool isInterrupted, out UnwindEntry entry)
    {
        entry = default;
        if (!TryFindEncoding(rva, out var start, out var end, out var encoding))
            return false;

        var mode = encoding >> 24 & 0x0f;
        var dwarfMode = cpu.Kind == CpuKind.Amd64 ? 4u : 3u;
        if (mode == dwarfMode && frames is not null)
            return frames.TryRead((int)(encoding & 0xffffff), rva, out entry);

        var isAtStart = isInterrupted && rva == start;
        entry = new(start, end, start, cpu.Kind == CpuKind.Amd64
            ? Amd64Rules(mode, encoding, start, rva, isInterrupted)
            : isAtStart ? Arm64Frameless(0) : Arm64Rules(mode, encoding));
        return true;
    }

    // Version, then where each of: common encodings, personalities, the index; and how many.
    bool TryFindEncoding(uint rva, out uint start, out uint end, out uint encoding)
    {
        (start, end, encoding) = (0, 0, 0);
        var cursor = new ByteCursor(info.Span);
        var version = cursor.U32();
        var (commonAt, commonCount) = (cursor.U32(), cursor.U32());
        cursor.Skip(8);
        var (indexAt, indexCount) = (cursor.U32(), cursor.U32());
        if (version != 1 || cursor.IsBroken || indexAt > (uint)info.Length
            || indexCount > ((uint)info.Length - indexAt) / IndexEntry)
        {
            return false;
        }

        // The last entry of the index is there for its address only.
        var index = info.Span[(int)indexAt..];
        var first = FindLast((int)indexCount - 1, rva, i => Word(info.Span, (int)indexAt + i * IndexEntry));
        if (first < 0)
            return false;

        var (pageStart, pageAt) = (Word(index, first * IndexEntry), Word(index, first * IndexEntry + 4));
        var pageEnd = Word(index, (first + 1) * IndexEntry);
        if (pageAt == 0 || pageAt > (uint)info.Length - 12)
            return false;

        var common = commonAt <= (uint)info.Length ? info.Span[(int)commonAt..] : default;
        common = common[..(int)Math.Min((uint)common.Length, Math.Min(commonCount, 127) * 4)];
        return Word(info.Span, (int)pageAt) switch
        {
            RegularPage => TryFindRegular((int)pageAt, rva, pageEnd, out start, out end, out encoding),
            CompressedPage => TryFindCompressed((int)pageAt, rva, pageStart, pageEnd, common, out start, out end, out encoding),
            _ => false,
        };
    }

    // Pairs of address and encoding.
    bool TryFindRegular(int page, uint rva, uint pageEnd, out uint start, out uint end, out uint encoding)
    {
        (start, end, encoding) = (0, 0, 0);
        var (at, count) = ReadPage(page, 4, 8);
        var found = FindLast(count, rva, i => Word(info.Span, at + i * 8));
        if (found < 0)
            return false;

        start = Word(info.Span, at + found * 8);
        encoding = Word(info.Span, at + found * 8 + 4);
        end = found + 1 < count ? Word(info.Span, at + (found + 1) * 8) : pageEnd;
        return true;
    }

    // 24 bits of address, relative to the page's first function, and the number of an encoding: a common one, or the page's own.
    bool TryFindCompressed(
        int page, uint rva, uint pageStart, uint pageEnd, ReadOnlySpan<byte> common, out uint start, out uint end, out uint encoding)
    {
        (start, end, encoding) = (0, 0, 0);
        var (at, count) = ReadPage(page, 4, 4);
        var found = FindLast(count, rva, i => pageStart + (Word(info.Span, at + i * 4) & 0xffffff));
        if (found < 0)
            return false;

        var entry = Word(info.Span, at + found * 4);
        start = pageStart + (entry & 0xffffff);
        end = found + 1 < count ? pageStart + (Word(info.Span, at + (found + 1) * 4) & 0xffffff) : pageEnd;
        var number = (int)(entry >> 24);
        if (number < common.Length / 4)
        {
            encoding = Word(common, number * 4);
            return true;
        }

        number -= common.Length / 4;
        var (own, ownCount) = ReadPage(page, 8, 4);
        if (number >= ownCount)
            return false;

        encoding = Word(info.Span, own + number * 4);
        return true;
    }

    // A list of a page: where it begins, and how many entries of it are there.
    (int At, int Count) ReadPage(int page, int field, int entrySize)
    {
        var cursor = new ByteCursor(info.Span);
        cursor.Seek((ulong)(page + field));
        var (offset, count) = (cursor.U16(), cursor.U16());
        var at = page + offset;
        return cursor.IsBroken || at > info.Length ? (0, 0) : (at, Math.Min(count, (info.Length - at) / entrySize));
    }

    static int FindLast(int count, uint rva, Func<int, uint> startOf)
    {
        var (low, high) = (0, Math.Max(0, count));
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = startOf(middle) <= rva ? (middle + 1, high) : (low, middle);
        }

        return low - 1;
    }

    static uint Word(ReadOnlySpan<byte> bytes, int offset) =>
        offset >= 0 && offset + 4 <= bytes.Length ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]) : 0;

    FrameRules? Amd64Rules(uint mode, uint encoding, uint start, uint rva, bool isInterrupted)
    {
        const uint frame = 1;
        const uint immediate = 2;
        const uint indirect = 3;
        if (isInterrupted && rva == start)
            return Amd64Stack(8);

        switch (mode)
        {
            case frame when isInterrupted && rva - start == 1: // rbp was pushed, and nothing else done
                var pushed = Amd64Stack(16);
                pushed[Rbp] = FrameValue.AtCfa(-16);
                return pushed;
            case frame:
                return Amd64Frame(encoding);
            case immediate:
                return Permuted(encoding, (encoding >> 16 & 0xff) * 8);
            case indirect:
                // The size is in an instruction that subtracts it from the stack pointer.
                Span<byte> size = stackalloc byte[4];
                return view.TryRead(start + (encoding >> 16 & 0xff), size)
                    ? Permuted(encoding, BinaryPrimitives.ReadUInt32LittleEndian(size) + (encoding >> 13 & 7) * 8L)
                    : null;
            default:
                return null;
        }
    }

    FrameRules Amd64Stack(long size) => new(cpu) { Cfa = FrameValue.Of(Rsp, size), [cpu.Pc] = FrameValue.AtCfa(-8) };

    // Up to five registers, three bits each, from an offset below rbp upward.
    FrameRules Amd64Frame(uint encoding)
    {
        var rules = new FrameRules(cpu)
        {
            Cfa = FrameValue.Of(Rbp, 16),
            [cpu.Pc] = FrameValue.AtCfa(-8),
            [Rbp] = FrameValue.AtCfa(-16),
        };
        var offset = -16 - (long)(encoding >> 16 & 0xff) * 8;
        for (var i = 0; i < 5; i++, offset += 8)
        {
            if (ToRegister((int)(encoding >> 3 * i & 7)) is { } register && register != Rbp)
                rules[register] = FrameValue.AtCfa(offset);
        }

        return rules;
    }

    // The registers were pushed below the return address, in an order that is numbered among all possible ones.
    FrameRules? Permuted(uint encoding, long size)
    {
        var count = (int)(encoding >> 10 & 7);
        if (count > 6)
            return null;

        var rules = Amd64Stack(size);
        var numbers = Permutation(count, (int)(encoding & 0x3ff));
        for (var i = 0; i < count; i++)
        {
            if (ToRegister(numbers[i]) is { } register)
                rules[register] = FrameValue.AtCfa(-8 - 8 * (count - i));
        }

        return rules;
    }

    static int[] Permutation(int count, int number)
    {
        var left = new List<int> { 1, 2, 3, 4, 5, 6 };
        var picked = new int[count];
        for (var i = 0; i < count; i++)
        {
            // With all six taken, the last two are one choice.
            var ways = 1;
            for (var rest = i + 1; rest < count; rest++)
                ways *= 6 - rest;
            var choice = Math.Min(number / ways, left.Count - 1);
            number %= ways;
            picked[i] = left[choice];
            left.RemoveAt(choice);
        }

        return picked;
    }

    static int? ToRegister(int number) => number switch
    {
        1 => 3, // rbx
        2 => 12,
        3 => 13,
        4 => 14,
        5 => 15,
        6 => Rbp,
        _ => null,
    };

    FrameRules? Arm64Rules(uint mode, uint encoding)
    {
        const uint frameless = 2;
        const uint frame = 4;
        if (mode == frameless)
            return Arm64Frameless((encoding >> 12 & 0xfff) * 16);
        if (mode != frame)
            return null;

        var rules = new FrameRules(cpu)
        {
            Cfa = FrameValue.Of(Fp, 16),
            [cpu.Pc] = FrameValue.AtCfa(-8),
            [Fp] = FrameValue.AtCfa(-16),
            [Lr] = FrameValue.AtCfa(-8),
        };
        SavePairs(rules, encoding, -16);
        return rules;
    }

    FrameRules Arm64Frameless(uint size) => new(cpu) { Cfa = FrameValue.Of(cpu.Sp, size), [cpu.Pc] = FrameValue.Of(Lr) };

    // x19 and x20 are highest, right below the frame record.
    static void SavePairs(FrameRules rules, uint encoding, long below)
    {
        const int firstPair = 19;
        for (var pair = 0; pair < 5; pair++)
        {
            if ((encoding >> pair & 1) == 0)
                continue;

            rules[firstPair + 2 * pair] = FrameValue.AtCfa(below - 8);
            rules[firstPair + 2 * pair + 1] = FrameValue.AtCfa(below - 16);
            below -= 16;
        }
    }
}
