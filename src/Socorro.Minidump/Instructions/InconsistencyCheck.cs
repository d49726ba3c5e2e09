using Socorro.Minidumps.Reasons;

namespace Socorro.Minidumps.Instructions;

/// <summary>
/// Compares what the system says of a crash with the instruction and the map of memory. Contradictions hint at broken
/// processors and memory. What is not certain is none.
/// </summary>
static class InconsistencyCheck
{
    const uint WindowsDivision = 0xc0000094;
    const uint WindowsPrivileged = 0xc0000096;
    const uint LinuxArithmetic = 8;
    const uint LinuxDivision = 1;
    const uint MacArithmetic = 3;
    const uint MacDivision = 1;
    const uint LinuxSegmentation = 11;
    const uint LinuxNotMapped = 1;
    const uint LinuxDenied = 2;
    const uint MacInvalidAddress = 1;
    const uint MacDenied = 2;

    public static IEnumerable<Inconsistency> Find(Fault fault)
    {
        if (fault.IsX86 && fault.Instruction is { } instruction)
        {
            if (IsDivision(fault) && !instruction.IsDivision)
                yield return Inconsistency.DivisionNotPossible;
            if (fault.IsWindows && fault.Exception.Code == WindowsPrivileged && !instruction.IsPrivileged)
                yield return Inconsistency.InstructionNotPrivileged;
            if (IsNonCanonicalUnused(fault, instruction))
                yield return Inconsistency.NonCanonicalNotUsed;
            if (IsAddressUnused(fault, instruction))
                yield return Inconsistency.AddressNotAccessed;
        }

        if (IsDenied(fault) && IsAllowed(fault))
            yield return Inconsistency.AccessAllowed;
        if (IsNotMapped(fault) && IsMapped(fault))
            yield return Inconsistency.AddressMapped;
    }

    static bool IsDivision(Fault fault) => fault switch
    {
        { IsWindows: true } => fault.Exception.Code == WindowsDivision,
        { IsLinux: true } => fault.Exception is { Code: LinuxArithmetic, Flags: LinuxDivision },
        { IsMac: true } => fault.Exception is { Code: MacArithmetic, Flags: MacDivision },
        _ => false,
    };

    static bool IsNonCanonicalUnused(Fault fault, DecodedInstruction instruction) =>
        fault is { IsWindows: true, HidesAddress: true, Culprit: null }
        && instruction.IsOnlyForNonCanonical
        && !instruction.Accesses.Any(access => fault.IsNonCanonical(access.Address))
        && (instruction.Update is not { } update || update.Target is { } target && !fault.IsNonCanonical(target));

    static bool IsAddressUnused(Fault fault, DecodedInstruction instruction)
    {
        if (instruction.HasUnknownAccess || fault.HidesAddress || fault.Reason.Address is not { } address)
            return false;
        if (fault.IsWindows && fault.Exception.Code == WindowsReason.StackOverflow)
            return instruction.Accesses.Count == 0;
        if (!IsAddressCertain(fault))
            return false;
        if (fault.IsFetch(address))
            return false;

        return fault.Reason.Access == AccessKind.Execute
            || !instruction.Accesses.Any(access => access.Covers(address) && Matches(access.Mode, fault.Reason.Access));
    }

    // Only what the processor itself has said: not what a program raised, and not what was filled in for it.
    static bool IsAddressCertain(Fault fault) => fault switch
    {
        { IsWindows: true } => fault.Exception.Code == WindowsReason.AccessViolation && fault.Reason.Access is not null,
        { IsLinux: true } => fault.Exception is { Code: LinuxSegmentation, Flags: LinuxNotMapped or LinuxDenied },
        { IsMac: true } => fault.IsAboutMemory && fault.Exception.Flags is MacInvalidAddress or MacDenied,
        _ => false,
    };

    static bool Matches(AccessMode mode, AccessKind? kind) => kind switch
    {
        AccessKind.Read => mode != AccessMode.Write,
        AccessKind.Write => mode != AccessMode.Read,
        _ => true,
    };

    static bool IsDenied(Fault fault) => fault.IsAboutMemory && !fault.HidesAddress && fault switch
    {
        { IsWindows: true } => fault.Exception.Code == WindowsReason.AccessViolation,
        { IsLinux: true } => fault.Exception is { Code: LinuxSegmentation, Flags: LinuxDenied },
        { IsMac: true } => fault.Exception.Flags == MacDenied,
        _ => false,
    };

    static bool IsAllowed(Fault fault) =>
        fault is { Space.IsKnown: true, Reason.Address: { } address }
        && fault.NeededAt(address) is { } needed
        && fault.Space.Find(address) is { } range
        && range.Allows(needed);

    static bool IsNotMapped(Fault fault) => fault.IsAboutMemory && !fault.HidesAddress && fault switch
    {
        { IsLinux: true } => fault.Exception is { Code: LinuxSegmentation, Flags: LinuxNotMapped },
        { IsMac: true } => fault.Exception.Flags == MacInvalidAddress,
        _ => false,
    };

    static bool IsMapped(Fault fault) =>
        fault is { Space.IsKnown: true, Reason.Address: { } address }
        && fault.Space.Find(address) is { IsInaccessible: false };
}
