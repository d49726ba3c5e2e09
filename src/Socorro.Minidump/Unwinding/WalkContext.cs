using System.Numerics;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Unwinding;

/// <summary>What is the same for all frames of a dump.</summary>
sealed class WalkContext
{
    public required CpuTraits Cpu { get; init; }

    public required OsKind Os { get; init; }

    public required MemoryMap Memory { get; init; }

    public required CodeMap Code { get; init; }

    public Limits Limits { get; init; } = Limits.Default;

    /// <summary>What is mapped where; null where the dump does not tell.</summary>
    public AddressSpace? Space { get; init; }

    /// <summary>
    /// arm64: the bits of a pointer that are its address; those above may hold an authentication code or a tag.
    /// See <see cref="GuessPointerMask"/>.
    /// </summary>
    public ulong PointerMask { get; init; } = ulong.MaxValue;

    /// <summary>Where a Linux kernel began to run the program (AT_ENTRY); null where the dump does not tell.</summary>
    public ulong? EntryPoint { get; init; }

    public bool IsLinux => Os is OsKind.Linux or OsKind.Android;

    /// <summary>Whether an address could be executed; null where the dump does not tell.</summary>
    public bool? IsExecutable(ulong address)
    {
        if (Space is null)
            return null;

        // Lists of regions can be partial: about a module's code they are believed only where they speak of it.
        return Space.Find(address) is { } range
            ? range.Allows(Permissions.Execute)
            : Code.FindModule(address) < 0 ? false : null;
    }

    /// <summary>
    /// Whether an address is in the few instructions where the program was entered, which call its start-up code and never
    /// return: known without symbols, too.
    /// </summary>
    public bool IsAtEntry(ulong address)
    {
        const ulong entryCode = 64;
        return EntryPoint is { } entry && address > entry && address - entry < entryCode;
    }

    /// <summary>The word at an address, as wide as a pointer.</summary>
    public bool TryReadWord(ulong address, out ulong word)
    {
        if (address <= Cpu.AddressMask)
            return Memory.TryReadInteger(address, Cpu.PointerSize, out word);

        word = 0;
        return false;
    }

    /// <summary>Reads code: from the dump, else from the module's own file.</summary>
    public bool TryReadCode(ulong address, Span<byte> code) =>
        Memory.TryRead(address, code) || Code.TryReadCode(address, code);

    /// <summary>Takes authentication code and tag off a pointer, unless it is good as it stands.</summary>
    public ulong Strip(ulong pointer)
    {
        if ((pointer & ~PointerMask) == 0 || Code.FindModule(pointer) >= 0 || Memory.TryFind(pointer, out _))
            return pointer;

        return pointer & PointerMask;
    }

    /// <summary>
    /// The address bits of a system that does not say: 39 on Linux and Android where everything lies below 2^39, else 48;
    /// 47 on Windows and Apple's systems; more where a module lies higher than that.
    /// </summary>
    public static ulong GuessPointerMask(OsKind os, ulong highestModuleEnd)
    {
        var mask = os switch
        {
            OsKind.Linux or OsKind.Android when highestModuleEnd <= 1UL << 39 => (1UL << 39) - 1,
            OsKind.MacOs or OsKind.Ios or OsKind.Windows => (1UL << 47) - 1,
            _ => (1UL << 48) - 1,
        };
        return mask | (highestModuleEnd == 0 ? 0 : BitOperations.RoundUpToPowerOf2(highestModuleEnd) - 1);
    }
}
