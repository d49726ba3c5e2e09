namespace Socorro.Minidumps.Instructions;

/// <summary>What a decoder has found out about one instruction and the state it was to run in.</summary>
sealed record DecodedInstruction
{
    public required string Text { get; init; }

    /// <summary>Bytes of the instruction.</summary>
    public int Length { get; init; }

    public required IReadOnlyList<MemoryAccess> Accesses { get; init; }

    /// <summary>There may be accesses besides <see cref="Accesses"/>, at addresses that are not known.</summary>
    public required bool HasUnknownAccess { get; init; }

    /// <summary>Registers that addresses are made of, by their index in the processor's traits.</summary>
    public required IReadOnlyList<int> AddressRegisters { get; init; }

    public PointerUpdate? Update { get; init; }

    public bool IsDivision { get; init; }

    /// <summary>Only the system may run it.</summary>
    public bool IsPrivileged { get; init; }

    /// <summary>It faults when an address is not aligned, or for reasons besides the address.</summary>
    public bool HasOtherFaults { get; init; }

    /// <summary>
    /// Whether a general protection fault of this instruction can only come from a non-canonical address.
    /// </summary>
    public bool IsOnlyForNonCanonical =>
        !HasUnknownAccess && !IsPrivileged && !HasOtherFaults && (Accesses.Count > 0 || Update is not null);
}
