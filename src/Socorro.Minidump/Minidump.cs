using System.Diagnostics.CodeAnalysis;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Format;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps;

/// <summary>
/// A process's dump: everything that its streams say. A stream that is missing or broken leaves its property null or
/// empty; what was wrong is in <see cref="Problems"/>.
/// </summary>
public sealed class Minidump
{
    readonly DumpFile _file;
    readonly Lazy<MemoryMap> _memory;

    Minidump(DumpFile file)
    {
        _file = file;
        SystemInfo = SystemInfo.Read(file);
        MiscInfo = MiscInfo.Read(file);
        var contexts = new ContextReader(file, SystemInfo?.Cpu ?? CpuKind.Unknown, MiscInfo?.ExtendedState);
        Exception = ExceptionRecord.Read(file, contexts);
        Threads = ThreadRecord.ReadAll(file, contexts);
        Cpu = contexts.Cpu;
        AuxiliaryVector = LinuxAuxiliaryVector.Read(file, Cpu);
        Modules = Module.ReadAll(file, Os, AuxiliaryVector);
        UnloadedModules = UnloadedModule.ReadAll(file);
        _memory = new(() => CapturedMemory.Read(file, Threads));
    }

    public MinidumpHeader Header => _file.Header;

    /// <summary>The directory in file order.</summary>
    public IReadOnlyList<StreamEntry> Streams => _file.Streams;

    /// <summary>The bounds that the dump is read within.</summary>
    public Limits Limits => _file.Limits;

    public SystemInfo? SystemInfo { get; }

    public OsKind Os => SystemInfo?.Os ?? OsKind.Unknown;

    /// <summary>The processor; where the dump does not say it, the one that its contexts seem to be of.</summary>
    public CpuKind Cpu { get; }

    /// <summary>Null when the process did not crash, or nothing was saved of it.</summary>
    public ExceptionRecord? Exception { get; }

    public IReadOnlyList<ThreadRecord> Threads { get; }

    public ModuleList Modules { get; }

    public IReadOnlyList<UnloadedModule> UnloadedModules { get; }

    public MiscInfo? MiscInfo { get; }

    public LinuxAuxiliaryVector AuxiliaryVector { get; }

    /// <summary>All captured memory, of both memory lists and the threads' stacks.</summary>
    public MemoryMap Memory => _memory.Value;

    /// <summary>What was wrong in what has been read so far.</summary>
    public IReadOnlyList<Problem> Problems => _file.Problems.ToList();

    /// <summary>
    /// Opens a dump. Only a bad header or directory refuses it; anything else that is wrong becomes a problem.
    /// </summary>
    public static bool TryOpen(
        ReadOnlyMemory<byte> bytes,
        Limits limits,
        [NotNullWhen(true)] out Minidump? dump,
        [NotNullWhen(false)] out Refusal? refusal)
    {
        refusal = DumpFile.TryOpen(bytes, limits, out var file);
        dump = refusal is null ? new(file) : null;
        return refusal is null;
    }
}
