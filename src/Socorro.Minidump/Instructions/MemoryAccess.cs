namespace Socorro.Minidumps.Instructions;

/// <summary>What an instruction does with memory.</summary>
public enum AccessMode
{
    /// <summary>It is read.</summary>
    Read,

    /// <summary>It is written.</summary>
    Write,

    /// <summary>It is read and then written.</summary>
    ReadWrite,
}

/// <summary>Memory that an instruction reads or writes.</summary>
/// <param name="Size">In bytes.</param>
public readonly record struct MemoryAccess(ulong Address, int Size, AccessMode Mode)
{
    /// <summary>The register that the address is counted from held 0.</summary>
    public bool IsNullBased { get; init; }

    /// <summary>The address is in a little memory that may not be touched, beside some that may: an overflow ended there.</summary>
    public bool IsLikelyGuardPage { get; init; }

    /// <summary>Whether a byte is one of those accessed.</summary>
    public bool Covers(ulong address) => address - Address < (ulong)Size;
}

/// <summary>An instruction's jump, call or return.</summary>
/// <param name="Target">Null when it is not known, or there are two.</param>
public readonly record struct PointerUpdate(ulong? Target)
{
    /// <summary>The register that holds the target was 0.</summary>
    public bool IsNullBased { get; init; }

    /// <summary>The target is in a little memory that may not be touched, beside some that may.</summary>
    public bool IsLikelyGuardPage { get; init; }
}

/// <summary>Why the address that the system reports is not the one that was meant.</summary>
public enum AdjustmentKind
{
    /// <summary>An offset was added to a null pointer.</summary>
    NullPointer,

    /// <summary>The processor does not say which address it was, when none of this form can be mapped.</summary>
    NonCanonical,
}

/// <summary>A better address of the crash.</summary>
/// <param name="Value">The offset from null, or the address.</param>
public readonly record struct AdjustedAddress(AdjustmentKind Kind, ulong Value);

/// <summary>An address that differs from the one used by one bit, and is mapped.</summary>
public sealed record BitFlip
{
    /// <summary>The address with the bit flipped back.</summary>
    public required ulong Address { get; init; }

    /// <summary>The register that held the wrong value; null when no register of the instruction did.</summary>
    public required string? SourceRegister { get; init; }

    /// <summary>The address used was of a form that can't be mapped.</summary>
    public required bool WasNonCanonical { get; init; }

    /// <summary>The address is 0, which a program may have meant to test for.</summary>
    public required bool IsNull { get; init; }

    /// <summary>The address is 0 and the one used was a small number.</summary>
    public required bool WasLow { get; init; }

    /// <summary>How many registers point close by.</summary>
    public required int NearbyRegisters { get; init; }

    /// <summary>A register holds a pattern that allocators fill freed memory with: likely a use after free.</summary>
    public required bool HasPoison { get; init; }

    /// <summary>From 0 to 1.</summary>
    public float Confidence
    {
        get
        {
            const float baseline = 0.25f, nonCanonical = 0.9f, isNull = 0.5f, nullFromLow = 0.25f;
            ReadOnlySpan<float> nearby = [0, 0.5f, 0.55f, 0.6f, 0.65f];
            var doubt = 1 - baseline;
            if (WasNonCanonical)
                doubt *= 1 - nonCanonical;
            if (IsNull)
                doubt *= 1 - (WasLow ? nullFromLow : isNull);
            doubt *= 1 - nearby[Math.Min(NearbyRegisters, nearby.Length - 1)];
            return (1 - doubt) * (HasPoison ? 0.5f : 1);
        }
    }
}

/// <summary>A contradiction between what the system says of the crash and what the dump shows.</summary>
public enum Inconsistency
{
    /// <summary>A division by zero, and the instruction does not divide.</summary>
    DivisionNotPossible,

    /// <summary>A privileged instruction, and it is none.</summary>
    InstructionNotPrivileged,

    /// <summary>An address of a form that cannot be mapped, and the instruction uses none.</summary>
    NonCanonicalNotUsed,

    /// <summary>An address that the instruction does not access.</summary>
    AddressNotAccessed,

    /// <summary>An access denied that the map of memory allows.</summary>
    AccessAllowed,

    /// <summary>Nothing mapped at an address where the map of memory has something.</summary>
    AddressMapped,
}
