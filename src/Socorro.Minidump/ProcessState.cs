using Socorro.Minidumps.Instructions;
using Socorro.Minidumps.Reasons;
using Socorro.Minidumps.Risks;
using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps;

/// <summary>A dump explained: its threads' stacks, and which symbols were there to name them.</summary>
public sealed record ProcessState
{
    /// <summary>The dump that was walked.</summary>
    public required Minidump Dump { get; init; }

    /// <summary>One for each thread of the dump, in its order.</summary>
    public required IReadOnlyList<ThreadState> Threads { get; init; }

    /// <summary>Index of the thread that crashed, or that asked for the dump; null when the dump names none.</summary>
    public required int? CrashingThread { get; init; }

    /// <summary>Why the process crashed; null when it did not.</summary>
    public CrashReason? Reason { get; init; }

    /// <summary>One for each module of the dump, in its order.</summary>
    public required IReadOnlyList<ModuleState> Modules { get; init; }

    /// <summary>What the instruction that crashed tells; null when there was no crash, or no registers of it.</summary>
    public CrashAnalysis? Analysis { get; init; }

    /// <summary>What the crash tells of how safely the program deals with memory; null when there was no crash.</summary>
    public CrashRisk? Risk => CrashRisk.Assess(this);

    /// <summary>What the client said beside the dump.</summary>
    public ClientFacts Client { get; init; } = ClientFacts.None;

    /// <summary>"OK", or what kept the walk from being whole, in a few words.</summary>
    public required string Status { get; init; }

    /// <summary>
    /// The modules that frames were in and whose symbols were not found. Whoever can get some of them gives them to the
    /// store and walks again, until nothing new is wanted. Those of the crashed thread come first.
    /// </summary>
    public IReadOnlyList<ModuleKey> Wanted
    {
        get
        {
            var crashed = CrashingThread is { } thread ? Threads[thread].Stack.Frames.Select(frame => frame.Location.Module).ToHashSet() : [];
            var modules = Modules
                .Where(module => module.Lookup is { Table: null })
                .OrderByDescending(module => crashed.Contains(module.Module.Index))
                .Select(module => module.Key);
            var unloaded = Unloaded.Where(module => module.Lookup.Table is null).Select(module => module.Key);
            return [.. modules.Concat(unloaded).Distinct()];
        }
    }

    /// <summary>The unloaded modules that frames were in, by name.</summary>
    public IReadOnlyList<UnloadedState> Unloaded { get; init; } = [];
}

/// <summary>A thread and its stack.</summary>
public sealed record ThreadState(ThreadRecord Record, CallStack Stack)
{
    /// <summary>What is known of the address where the thread began to run; null when the dump does not say where.</summary>
    public CodeLocation? Start { get; init; }

    /// <summary>The innermost frame; null when nothing is known of the stack.</summary>
    public Frame? Top => Stack.Frames is [var top, ..] ? top : null;
}

/// <summary>A module and the search for its symbols.</summary>
/// <param name="Lookup">Null when no frame was in the module, so that nobody asked.</param>
public sealed record ModuleState(Module Module, SymbolLookup? Lookup)
{
    /// <summary>The servers that were asked besides, and what each said, where somebody fetched symbols for the walk.</summary>
    public IReadOnlyList<LookupAttempt> Downloads { get; init; } = [];

    /// <summary>
    /// Where the module itself was looked for, whose unwind tables and names stand in for missing symbols, and what each place said:
    /// files, where the walk was given any, and the dump's memory, where it has the module. Empty when nothing was missing.
    /// </summary>
    public IReadOnlyList<LookupAttempt> Files { get; init; } = [];

    /// <summary>What a supply of symbols knows the module by.</summary>
    public ModuleKey Key => StackWalker.KeyOf(Module);

    /// <summary>Symbols were asked for and found.</summary>
    public bool HasSymbols => Lookup?.Table is not null;

    /// <summary>Symbols were asked for and not found. Without any place to look in, none count as missing.</summary>
    public bool IsMissingSymbols => Lookup is { Table: null, Attempts.Count: > 0 };

    /// <summary>Parts of the symbol file could not be read.</summary>
    public bool HasCorruptSymbols => Lookup?.Table is { IsCorrupt: true };
}

/// <summary>An unloaded module, and the search for its symbols.</summary>
public sealed record UnloadedState(ModuleKey Key, SymbolLookup Lookup)
{
    /// <summary>The servers that were asked besides, and what each said.</summary>
    public IReadOnlyList<LookupAttempt> Downloads { get; init; } = [];
}
