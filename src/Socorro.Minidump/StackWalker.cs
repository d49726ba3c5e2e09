using System.Collections.Concurrent;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Images;
using Socorro.Minidumps.Instructions;
using Socorro.Minidumps.Reasons;
using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps;

/// <summary>How to walk.</summary>
public sealed record WalkOptions
{
    /// <summary>One thread at a time, within <see cref="Limits.Default"/>, without modules' files.</summary>
    public static WalkOptions Default { get; } = new();

    /// <summary>Bounds on frames and time.</summary>
    public Limits Limits { get; init; } = Limits.Default;

    /// <summary>How many threads of the dump may be walked at a time. The result does not depend on it.</summary>
    public int MaxWalkers { get; init; } = 1;

    /// <summary>
    /// Where modules' own files are looked for, whose unwind tables and function names stand in for missing symbols; null to look
    /// for none. What the dump's memory holds of modules is used in any case.
    /// </summary>
    public ModuleFiles? ModuleFiles { get; init; }
}

/// <summary>
/// Turns a dump into the call stacks of its threads. A pure function: it waits for nothing, and fetches nothing but what
/// the symbol store has at hand.
/// </summary>
public static class StackWalker
{
    /// <summary>
    /// Walks the stack of each thread and explains the crash. Whatever is wrong in the dump, there is a result; its status tells what was missing.
    /// </summary>
    public static ProcessState Walk(Minidump dump, SymbolStore symbols, WalkOptions options)
    {
        var lookups = new SymbolLookup?[dump.Modules.Count];
        var files = new IReadOnlyList<LookupAttempt>?[dump.Modules.Count];
        var unloaded = new ConcurrentDictionary<ModuleKey, SymbolLookup>();
        var crashing = FindCrashingThread(dump);
        var walks = new ThreadWalks(
            [.. dump.Threads.Select(thread => FindContext(dump, thread))],
            [.. CrashingFirst(dump.Threads.Count, crashing)],
            options.Limits.MaxTotalFrames);
        var stacks = walks.Run(options.MaxWalkers, Create);
        var starts = LocateStarts(dump, Create);
        var reason = CrashReason.Explain(dump);
        return new()
        {
            Dump = dump,
            Threads = [.. dump.Threads.Select((record, i) => new ThreadState(record, stacks[i]) { Start = starts[i] })],
            CrashingThread = crashing,
            Reason = reason,
            Analysis = CrashAnalysis.Analyze(dump, reason, options.ModuleFiles),
            Modules = [.. dump.Modules.Select((module, i) => new ModuleState(module, lookups[i]) { Files = files[i] ?? [] })],
            Unloaded =
            [
                .. unloaded.Select(search => new UnloadedState(search.Key, search.Value))
                    .OrderBy(module => module.Key.CodeFile, StringComparer.Ordinal).ThenBy(module => module.Key.CodeId, StringComparer.Ordinal),
            ],
            Status = StatusOf(dump, walks.IsOverLimit),
        };

        ThreadWalker Create() => CreateWalker(dump, symbols, options, lookups, files, unloaded);
    }

    internal static ModuleKey KeyOf(Module module) =>
        new(module.DebugFile, module.DebugId ?? "", module.LeafName, module.CodeId ?? "");

    /// <summary>Of an unloaded module Windows remembers no debug id: a server of symbols may know it by the code's.</summary>
    internal static ModuleKey KeyOf(UnloadedModule module) => new("", "", module.LeafName, module.CodeId);

    static ThreadWalker CreateWalker(
        Minidump dump,
        SymbolStore symbols,
        WalkOptions options,
        SymbolLookup?[] lookups,
        IReadOnlyList<LookupAttempt>?[] files,
        ConcurrentDictionary<ModuleKey, SymbolLookup> unloaded)
    {
        var cpu = CpuTraits.Find(dump.Cpu)!; // whoever asks has seen that the processor is known
        var modules = new CodeModule[dump.Modules.Count];
        for (var i = 0; i < modules.Length; i++)
        {
            var module = dump.Modules[i];
            modules[i] = new(
                module.LeafName,
                module.Base,
                module.End,
                i == dump.Modules.Main?.Index,
                () => Open(module),
                () => OpenImage(module));
        }

        var code = new CodeMap(
            modules,
            dump.Modules.Index,
            new UnloadedIndex(dump.UnloadedModules, module => unloaded.GetOrAdd(KeyOf(module), symbols.Find).Table),
            dump.FunctionTables is [] ? null : new GeneratedCode(cpu, dump.Memory, dump.FunctionTables));
        return new(new()
        {
            Cpu = cpu,
            Os = dump.Os,
            Memory = dump.Memory,
            Code = code,
            Limits = options.Limits,
            Space = dump.AddressSpace.IsKnown ? dump.AddressSpace : null,
            EntryPoint = dump.AuxiliaryVector.EntryPoint is { } entry ? entry & ~(cpu.Kind == CpuKind.Arm ? 1UL : 0) : null,
            PointerMask = cpu.Kind == CpuKind.Arm64 ? FindPointerMask(dump, code.Highest) : ulong.MaxValue,
        });

        SymbolTable? Open(Module module)
        {
            var lookup = symbols.Find(KeyOf(module));
            lookups[module.Index] = lookup;
            return lookup.Table;
        }

        ModuleImage? OpenImage(Module module)
        {
            var image = StackWalker.OpenImage(dump, module, cpu, options, out var attempts);
            files[module.Index] = attempts;
            return image;
        }
    }

    static ModuleImage? OpenImage(
        Minidump dump, Module module, CpuTraits cpu, WalkOptions options, out IReadOnlyList<LookupAttempt> attempts)
    {
        attempts = [];
        if (options.ModuleFiles is { } files)
        {
            (var file, attempts) = files.Find(module, cpu.Kind, dump.Modules.Main?.Name ?? "");
            if (file is not null)
                return file;
        }

        if (!dump.Memory.TryFind(module.Base, out _))
            return null;

        var view = ImageView.Of(dump.Memory, module.Base, module.End);
        var image = ElfImage.FromMemory(view) ?? PeImage.FromMemory(view) ?? MachImage.FromMemory(view);
        var isUsable = image?.Cpu.Kind == cpu.Kind;
        attempts = [.. attempts, new("the dump's memory", isUsable ? ModuleFiles.Opened : "has no headers of it that can be read")];
        return isUsable ? image : null;
    }

    // Crashpad sets the bits that are not address; the highest one is never one.
    internal static ulong FindPointerMask(Minidump dump, ulong highestModuleEnd) => dump.CrashpadInfo switch
    {
        { AddressMask: > long.MaxValue and var others } => ~others,
        { AddressMask: not 0 and var mask } => mask,
        _ => WalkContext.GuessPointerMask(dump.Os, highestModuleEnd),
    };

    // When time or frames run out, it is better for the others to be cut short.
    static IEnumerable<int> CrashingFirst(int threads, int? crashing)
    {
        if (crashing is { } first)
            yield return first;
        for (var i = 0; i < threads; i++)
        {
            if (i != crashing)
                yield return i;
        }
    }

    static int? FindCrashingThread(Minidump dump)
    {
        if (dump.RequestingThreadId is not { } id)
            return null;

        for (var i = 0; i < dump.Threads.Count; i++)
        {
            if (dump.Threads[i].Id == id)
                return i;
        }

        return null;
    }

    // The crashed thread's own context is that of the handler that wrote the dump. What the thread that wrote the dump was
    // doing is of no interest.
    static Context? FindContext(Minidump dump, ThreadRecord thread)
    {
        if (thread.Id == dump.BreakpadInfo?.DumpThreadId && thread.Id != dump.RequestingThreadId
            || CpuTraits.Find(dump.Cpu) is null)
        {
            return null;
        }

        return dump.Exception is { Context: { } atCrash, ThreadId: var id } && id == thread.Id ? atCrash : thread.Context;
    }

    /// <summary>What is known of where each thread began to run; null where the dump does not say.</summary>
    static CodeLocation?[] LocateStarts(Minidump dump, Func<ThreadWalker> createWalker)
    {
        var starts = new CodeLocation?[dump.Threads.Count];
        ThreadWalker? walker = null;
        for (var i = 0; i < starts.Length && CpuTraits.Find(dump.Cpu) is not null; i++)
        {
            if (dump.Threads[i].Times is { StartAddress: not 0 and var start })
                starts[i] = (walker ??= createWalker()).Locate(start);
        }

        return starts;
    }

    static string StatusOf(Minidump dump, bool isOverLimit)
    {
        if (dump.SystemInfo is null)
            return "MissingSystemInfo";
        if (dump.IsThreadListMissing)
            return "MissingThreadList";

        return isOverLimit ? "LimitReached" : "OK";
    }
}
