using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Images;
using Socorro.Minidumps.Reasons;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Instructions;

/// <summary>What the instruction that crashed, the registers and the map of memory tell of the crash.</summary>
public sealed record CrashAnalysis
{
    /// <summary>
    /// The instruction in assembly language, lower case; null when its bytes were not saved or are no instruction.
    /// </summary>
    public string? Instruction { get; init; }

    /// <summary>
    /// What the instruction reads and writes, as far as its addresses are known; null when none is known.
    /// </summary>
    public IReadOnlyList<MemoryAccess>? Accesses { get; init; }

    /// <summary>Where the instruction goes, if not to the next one.</summary>
    public PointerUpdate? Update { get; init; }

    /// <summary>What the address of the crash really was, where the system's is of no use.</summary>
    public AdjustedAddress? Adjusted { get; init; }

    /// <summary>Addresses that the program may have meant, if one bit of the one it used was wrong.</summary>
    public IReadOnlyList<BitFlip> BitFlips { get; init; } = [];

    /// <summary>A wrong bit in the code itself; null when there is none, or nothing to compare it with.</summary>
    public CodeFlip? CodeFlip { get; init; }

    /// <summary>In what the crash's reason and the instruction contradict each other.</summary>
    public IReadOnlyList<Inconsistency> Inconsistencies { get; init; } = [];

    // Linux uses one of the two segments that systems may use for each width, Windows the other, macOS always the same.
    static bool HasThreadDataInFs(Minidump dump) => dump.Os switch
    {
        OsKind.Linux or OsKind.Android => dump.Cpu == CpuKind.Amd64,
        OsKind.Windows => dump.Cpu == CpuKind.X86,
        _ => false,
    };

    /// <summary>Analyses the crash of a dump; null when it has no exception, or no registers of one.</summary>
    /// <param name="files">Where the module that crashed may be, to compare its code with; null for nowhere.</param>
    public static CrashAnalysis? Analyze(Minidump dump, CrashReason? reason, ModuleFiles? files = null)
    {
        if (reason is null || dump.Exception is not { } exception || CpuTraits.Find(dump.Cpu) is not { } cpu)
            return null;

        var thread = dump.Threads.FirstOrDefault(thread => thread.Id == exception.ThreadId);
        if ((exception.Context ?? thread?.Context) is not { } context || context.Cpu != dump.Cpu)
            return null;

        var machine = new MachineState(cpu, context.Registers, dump.Memory)
        {
            FsBase = HasThreadDataInFs(dump) ? thread?.ThreadData : null,
            GsBase = HasThreadDataInFs(dump) ? null : thread?.ThreadData,
        };
        var instruction = InstructionDecoder.Decode(machine);
        var fault = new Fault(dump, exception, reason, machine, instruction);
        var adjusted = fault.Adjust();
        return new()
        {
            Instruction = instruction?.Text,
            Accesses = instruction is null or { HasUnknownAccess: true, Accesses: [] }
                ? null
                : [.. instruction.Accesses.Select(access => access with
                {
                    IsLikelyGuardPage = GuardPages.IsLikely(dump.AddressSpace, access.Address),
                })],
            Update = instruction?.Update is { } update
                ? update with
                {
                    IsLikelyGuardPage =
                        update.Target is { } target && GuardPages.IsLikely(dump.AddressSpace, target),
                }
                : null,
            Adjusted = adjusted,
            BitFlips = BitFlipSearch.Find(fault, adjusted),
            CodeFlip = files is null ? null : CodeFlip.Find(dump, machine.Pc, files),
            Inconsistencies = [.. InconsistencyCheck.Find(fault)],
        };
    }
}
