using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Reasons;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Instructions;

/// <summary>A crash beside the instruction that it happened at: what both together say of its address.</summary>
sealed class Fault(
    Minidump dump, ExceptionRecord exception, CrashReason reason, MachineState machine, DecodedInstruction? instruction)
{
    const uint MacBadAccess = 1;
    const uint MacProtection = 13;
    const uint LinuxBus = 7;
    const uint LinuxSegmentation = 11;
    const uint LinuxFromKernel = 0x80;
    const uint LinuxNotSaved = 0;

    public ExceptionRecord Exception => exception;

    public CrashReason Reason => reason;

    public MachineState Machine => machine;

    public DecodedInstruction? Instruction => instruction;

    public AddressSpace Space => dump.AddressSpace;

    public bool IsWindows => dump.Os == OsKind.Windows;

    public bool IsMac => dump.Os is OsKind.MacOs or OsKind.Ios;

    public bool IsLinux => dump.Os is OsKind.Linux or OsKind.Android;

    public bool IsX86 => dump.Cpu is CpuKind.X86 or CpuKind.Amd64;

    /// <summary>Whether the crash was about an address.</summary>
    public bool IsAboutMemory => reason.Address is not null && IsOfMemory(dump.Os, exception.Code);

    /// <summary>Whether an exception is one of an access to memory.</summary>
    public static bool IsOfMemory(OsKind os, uint code) => os switch
    {
        OsKind.Windows => code is WindowsReason.AccessViolation or WindowsReason.InPageError,
        OsKind.MacOs or OsKind.Ios => code == MacBadAccess,
        OsKind.Linux or OsKind.Android => code is LinuxBus or LinuxSegmentation,
        _ => false,
    };

    /// <summary>
    /// Whether it has the form of a general protection fault: the processor does not tell the address, and the system
    /// puts all ones or zeros in its place. Breakpad did not save the code that tells it from an access to 0 for years.
    /// </summary>
    public bool HidesAddress => dump.Cpu == CpuKind.Amd64 && IsAboutMemory && dump.Os switch
    {
        OsKind.Windows => exception.Code == WindowsReason.AccessViolation && reason.Access == AccessKind.Read
            && reason.Address == ulong.MaxValue,
        OsKind.MacOs or OsKind.Ios => exception.Flags == MacProtection && reason.Address == 0,
        _ => exception.Flags is LinuxFromKernel or LinuxNotSaved && reason.Address == 0,
    };

    /// <summary>The access that has the crash's address.</summary>
    public MemoryAccess? Culprit => FindAccess(reason.Address);

    /// <summary>The permission that was missing as the system says; null when it does not.</summary>
    public Permissions? ReportedNeed => reason.Access switch
    {
        AccessKind.Read => Permissions.Read,
        AccessKind.Write => Permissions.Write,
        AccessKind.Execute => Permissions.Execute,
        _ => null,
    };

    /// <summary>
    /// The permission needed at an address: as the system says, or else for what the instruction does there; null when
    /// neither is known.
    /// </summary>
    public Permissions? NeededAt(ulong address)
    {
        if (ReportedNeed is { } reported)
            return reported;
        if (IsFetch(address))
            return Permissions.Execute;

        return FindAccess(address)?.Mode switch
        {
            AccessMode.Read => Permissions.Read,
            AccessMode.Write => Permissions.Write,
            AccessMode.ReadWrite => Permissions.Read | Permissions.Write,
            _ => null,
        };
    }

    /// <summary>Whether an address is of the instruction itself, which may reach into a page that is not there.</summary>
    public bool IsFetch(ulong address) => address - machine.Pc < 16;

    /// <summary>Whether no memory can be mapped at an address, because its highest bits are not all the same.</summary>
    public bool IsNonCanonical(ulong address)
    {
        var unused = 64 - UsedBits;
        return dump.Cpu == CpuKind.Amd64 && (ulong)((long)(address << unused) >> unused) != address;
    }

    /// <summary>
    /// How many bits of an address count: 48, or 57 where something is mapped above what 48 reach.
    /// </summary>
    public int UsedBits => field == 0 ? field = HasLargeAddresses() ? 57 : 48 : field;

    /// <summary>What the address was, where the system's is of no use.</summary>
    public AdjustedAddress? Adjust()
    {
        if (instruction is null)
            return null;
        if (Culprit is { IsNullBased: true } culprit && !IsNonCanonical(culprit.Address))
            return new(AdjustmentKind.NullPointer, culprit.Address);
        if (instruction.Update is { IsNullBased: true, Target: { } callee } && callee == reason.Address && !HidesAddress)
            return new(AdjustmentKind.NullPointer, callee);
        if (!HidesAddress)
            return null;

        foreach (var access in instruction.Accesses)
        {
            if (IsNonCanonical(access.Address))
                return new(AdjustmentKind.NonCanonical, access.Address);
        }

        if (instruction.Update?.Target is { } target && IsNonCanonical(target))
            return new(AdjustmentKind.NonCanonical, target);

        // An access that is not aligned faults in the same way.
        foreach (var access in instruction.Accesses)
        {
            if (access.IsNullBased)
                return new(AdjustmentKind.NullPointer, access.Address);
        }

        return null;
    }

    MemoryAccess? FindAccess(ulong? address)
    {
        foreach (var access in instruction?.Accesses ?? [])
        {
            if (address is { } wanted && access.Covers(wanted))
                return access;
        }

        return null;
    }

    bool HasLargeAddresses()
    {
        const ulong userEnd = 1UL << 47, kernelStart = 0xff00_0000_0000_0000;
        return dump.Modules.Any(module => module.Base is >= userEnd and < kernelStart)
            || Space.Ranges.Any(range => range.Start is >= userEnd and < kernelStart);
    }
}
