using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Instructions;

/// <summary>
/// Looks for addresses one bit away from the one that failed, as broken memory chips make them. Tries the address itself
/// and the registers that it was made of.
/// </summary>
sealed class BitFlipSearch
{
    const ulong Low = 8192;
    const ulong SmallestPointer = 4096;
    const ulong Near = 4096;

    // What allocators and debuggers fill memory with that is not to be used.
    static ReadOnlySpan<byte> Poisons =>
    [
        0x2b, 0x2d, 0x2f, 0x49, 0x4b, 0x4d, 0x4f, 0x6b, 0x8b, 0x9b, 0x9f, 0xa5, 0xbb, 0xcc, 0xcd, 0xce, 0xdb, 0xe5,
    ];

    readonly Fault _fault;
    readonly CpuTraits _cpu;
    readonly ulong _tagMask;
    readonly bool _hasPoison;
    readonly Permissions? _needed;
    readonly ulong _size;
    readonly List<BitFlip> _found = [];

    BitFlipSearch(Fault fault)
    {
        _fault = fault;
        _cpu = fault.Machine.Cpu;
        // The highest byte of an arm64 pointer is the program's to use.
        _tagMask = _cpu.Kind == CpuKind.Arm64 ? ulong.MaxValue >> 8 : _cpu.AddressMask;
        _hasPoison = HasPoison();
        _needed = fault.ReportedNeed;
        _size = (ulong)(fault.Culprit?.Size ?? 1);
    }

    public static IReadOnlyList<BitFlip> Find(Fault fault, AdjustedAddress? adjusted)
    {
        // A map that is put together from what was captured has holes, and says nothing of permissions.
        if (!fault.Space.IsKnown || adjusted is { Kind: AdjustmentKind.NullPointer })
            return [];
        if ((adjusted?.Value ?? fault.Reason.Address) is not { } source)
            return [];

        var search = new BitFlipSearch(fault);
        search.TryAll(source);
        return search._found;
    }

    // A register that holds the address itself is the better name for it. Small numbers are no pointers.
    void TryAll(ulong source)
    {
        var registers = (_fault.Instruction?.AddressRegisters ?? []).Where(register => register != _cpu.Pc).ToList();
        if (!registers.Any(register => _fault.Machine[register] == source))
            Try(source, -1);
        foreach (var register in registers)
        {
            if (_fault.Machine[register] is { } value && (value >= SmallestPointer || value == source))
                Try(value, register);
        }
    }

    void Try(ulong source, int register)
    {
        source &= _tagMask;
        if (IsAccessible(source) || IsAccessible(source + (_size - 1)) || IsAccessible(source - (_size - 1)))
            return;

        var wasNonCanonical = _fault.IsNonCanonical(source);
        var (first, end) = _cpu switch
        {
            { Kind: CpuKind.Amd64 } when wasNonCanonical => (_fault.UsedBits, 64),
            { Kind: CpuKind.Amd64 } => (0, _fault.UsedBits),
            { Kind: CpuKind.Arm64 } => (0, 56),
            _ => (0, 8 * _cpu.PointerSize),
        };
        for (var bit = first; bit < end; bit++)
        {
            var candidate = source ^ 1UL << bit;
            if (candidate == 0 || IsAccessible(candidate))
                Add(candidate, source, register, wasNonCanonical);
        }
    }

    void Add(ulong candidate, ulong source, int register, bool wasNonCanonical) => _found.Add(new()
    {
        Address = candidate,
        SourceRegister = register < 0 ? null : _cpu.RegisterNames[register],
        WasNonCanonical = wasNonCanonical,
        IsNull = candidate == 0,
        WasLow = candidate == 0 && source <= Low,
        NearbyRegisters = candidate > Low ? CountNearby(candidate, register) : 0,
        HasPoison = _hasPoison,
    });

    bool IsAccessible(ulong address)
    {
        if (_fault.Space.Find(address) is not { } range)
            return false;

        return _needed is { } needed ? range.Allows(needed) : !range.IsInaccessible;
    }

    int CountNearby(ulong candidate, int source)
    {
        var count = 0;
        for (var register = 0; register < _cpu.RegisterNames.Count; register++)
        {
            if (register != source && _fault.Machine[register] is { } value && Distance(value, candidate) <= Near)
                count++;
        }

        return count;
    }

    bool HasPoison()
    {
        var ones = _cpu.PointerSize == 8 ? 0x0101010101010101UL : 0x01010101UL;
        for (var register = 0; register < _cpu.RegisterNames.Count; register++)
        {
            if (_fault.Machine[register] is { } value && Poisons.Contains((byte)value) && value == (byte)value * ones)
                return true;
        }

        return false;
    }

    static ulong Distance(ulong a, ulong b) => a > b ? a - b : b - a;
}
