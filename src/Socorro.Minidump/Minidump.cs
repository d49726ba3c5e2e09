using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Format;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Microdumps;
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
    readonly Lazy<AddressSpace> _addressSpace;
    readonly Lazy<IReadOnlyList<WindowsRegion>> _memoryInfo;
    readonly Lazy<IReadOnlyList<LinuxMapping>> _linuxMaps;
    readonly Lazy<IReadOnlyList<HandleRecord>> _handles;
    readonly Lazy<IReadOnlyList<HandleOperation>> _handleOperations;
    readonly Lazy<IReadOnlyList<FunctionTable>> _functionTables;
    readonly IReadOnlyList<MemoryRegion> _looseMemory = [];

    Minidump(DumpFile file)
    {
        _file = file;
        SystemInfo = SystemInfo.Read(file);
        MiscInfo = MiscInfo.Read(file);
        var contexts = new ContextReader(file, SystemInfo?.Cpu ?? CpuKind.Unknown, MiscInfo?.ExtendedState);
        Exception = ExceptionRecord.Read(file, contexts);
        var threads = ThreadRecord.ReadAll(file, contexts);
        IsThreadListMissing = threads.Count == 0;
        Threads = ThreadRecord.WithCrashed(threads, Exception, file.Problems);
        Cpu = contexts.Cpu;
        AuxiliaryVector = LinuxAuxiliaryVector.Read(file, Cpu);
        Modules = Module.ReadAll(file, Os, AuxiliaryVector, Cpu);
        UnloadedModules = UnloadedModule.ReadAll(file);
        CrashpadInfo = CrashpadInfo.Read(file);
        BreakpadInfo = BreakpadInfo.Read(file);
        Assertion = AssertionInfo.Read(file);
        MacCrashInfo = MacCrashRecord.ReadAll(file);
        MacBootArguments = TextStreams.ReadMacBootArguments(file);
        SystemMemory = SystemMemory.Read(file);
        ProcessMemory = ProcessMemory.Read(file);
        Comment = TextStreams.ReadComment(file);
        SoftErrors = TextStreams.ReadSoftErrors(file);
        LinuxCpuInfo = LinuxFacts.Read(file, StreamType.LinuxCpuInfo, ':');
        LinuxStatus = LinuxFacts.Read(file, StreamType.LinuxProcStatus, ':');
        LinuxRelease = LinuxRelease.Read(file);
        LinuxLimits = LinuxLimit.ReadAll(file);
        _memory = new(() => CapturedMemory.Read(file, Threads, _looseMemory));
        _addressSpace = new(() => AddressSpaces.Build(this));
        _memoryInfo = new(() => WindowsRegion.ReadAll(file));
        _linuxMaps = new(() => LinuxMapping.ReadAll(file));
        _handles = new(() => HandleRecord.ReadAll(file));
        _handleOperations = new(() => HandleOperation.ReadAll(file));
        _functionTables = new(() => FunctionTable.ReadAll(file));
    }

    // There are no streams in a microdump; what it says stands in for what they would.
    Minidump(DumpFile file, MicrodumpContent text)
        : this(file)
    {
        var contexts = new ContextReader(file, text.System?.Cpu ?? CpuKind.Unknown, extendedState: null);
        Microdump = text.Facts;
        SystemInfo = text.System;
        Threads = text.ToThreads(contexts);
        IsThreadListMissing = Threads.Count == 0;
        Cpu = contexts.Cpu;
        Exception = text.ToException(Threads is [var thread] ? thread.Context : null);
        Modules = new(text.Modules, AuxiliaryVector);
        _looseMemory = text.Stack;
    }

    /// <summary>The first bytes of the file; of a microdump all zero.</summary>
    public MinidumpHeader Header => _file.Header;

    /// <summary>The directory in file order.</summary>
    public IReadOnlyList<StreamEntry> Streams => _file.Streams;

    internal DumpFile File => _file;

    /// <summary>The bounds that the dump is read within.</summary>
    public Limits Limits => _file.Limits;

    /// <summary>Null where the stream is missing or can't be read.</summary>
    public SystemInfo? SystemInfo { get; }

    /// <summary>The operating system; unknown without <see cref="SystemInfo"/>.</summary>
    public OsKind Os => SystemInfo?.Os ?? OsKind.Unknown;

    /// <summary>The processor; where the dump does not say it, the one that its contexts seem to be of.</summary>
    public CpuKind Cpu { get; }

    /// <summary>Null when the process did not crash, or nothing was saved of it.</summary>
    public ExceptionRecord? Exception { get; }

    /// <summary>In the dump's order; behind them the crashed one, if it is in no list but the exception has its registers.</summary>
    public IReadOnlyList<ThreadRecord> Threads { get; }

    internal bool IsThreadListMissing { get; }

    /// <summary>Executables and libraries, in the dump's order.</summary>
    public ModuleList Modules { get; }

    /// <summary>What had been unmapped before the crash; only Windows tells.</summary>
    public IReadOnlyList<UnloadedModule> UnloadedModules { get; }

    /// <summary>Null where the stream is missing.</summary>
    public MiscInfo? MiscInfo { get; }

    /// <summary>Null unless the dump was read from a microdump.</summary>
    public Microdump? Microdump { get; }

    /// <summary>Null unless Crashpad wrote the dump.</summary>
    public CrashpadInfo? CrashpadInfo { get; }

    /// <summary>What the client said of itself inside the dump, by the names under which it would send that beside it.</summary>
    public IReadOnlyDictionary<string, string> Annotations =>
        CrashpadInfo?.MergeAnnotations() ?? Microdump?.ToAnnotations() ?? FrozenDictionary<string, string>.Empty;

    /// <summary>Null unless Breakpad wrote the dump.</summary>
    public BreakpadInfo? BreakpadInfo { get; }

    /// <summary>The failed assertion of the C runtime, if that was the end.</summary>
    public AssertionInfo? Assertion { get; }

    /// <summary>What libraries of macOS left for the crash reporter; empty for none.</summary>
    public IReadOnlyList<MacCrashRecord> MacCrashInfo { get; }

    /// <summary>The arguments that the kernel of a Mac was booted with; null where they are not told.</summary>
    public string? MacBootArguments { get; }

    /// <summary>Memory of the machine; null where it is not told.</summary>
    public SystemMemory? SystemMemory { get; }

    /// <summary>Memory of the process; null where it is not told.</summary>
    public ProcessMemory? ProcessMemory { get; }

    /// <summary>Free text that was put into the dump.</summary>
    public string? Comment { get; }

    /// <summary>JSON of the writer's own on what it could not do; not checked.</summary>
    public string? SoftErrors { get; }

    /// <summary>/proc/cpuinfo of the first processor.</summary>
    public LinuxFacts LinuxCpuInfo { get; }

    /// <summary>/proc/PID/status.</summary>
    public LinuxFacts LinuxStatus { get; }

    /// <summary>The distribution; null where it is not told.</summary>
    public LinuxRelease? LinuxRelease { get; }

    /// <summary>/proc/PID/limits; empty where it is not told.</summary>
    public IReadOnlyList<LinuxLimit> LinuxLimits { get; }

    /// <summary>/proc/PID/auxv; empty where it is not told.</summary>
    public LinuxAuxiliaryVector AuxiliaryVector { get; }

    /// <summary>/proc/PID/cmdline: the program's arguments, which may hold secrets.</summary>
    public IReadOnlyList<string> LinuxCommandLine => TextStreams.ReadStrings(_file, StreamType.LinuxCmdLine);

    /// <summary>NAME=value, which often holds secrets: not for reports.</summary>
    public IReadOnlyList<string> LinuxEnvironment => TextStreams.ReadStrings(_file, StreamType.LinuxEnviron);

    /// <summary>The libraries as the dynamic loader lists them.</summary>
    public IReadOnlyList<LinuxLinkMap> LinuxLinkMaps => LinuxLinkMap.ReadAll(_file, Cpu);

    /// <summary>The lines of /proc/PID/maps.</summary>
    public IReadOnlyList<LinuxMapping> LinuxMaps => _linuxMaps.Value;

    /// <summary>The regions of a Windows process.</summary>
    public IReadOnlyList<WindowsRegion> MemoryInfo => _memoryInfo.Value;

    /// <summary>Open handles of a Windows process; empty where they are not told.</summary>
    public IReadOnlyList<HandleRecord> Handles => _handles.Value;

    /// <summary>What happened to handles, where the application verifier watched them.</summary>
    public IReadOnlyList<HandleOperation> HandleOperations => _handleOperations.Value;

    /// <summary>The security tokens of the process and its threads.</summary>
    public IReadOnlyList<SecurityToken> SecurityTokens => SecurityToken.ReadAll(_file);

    /// <summary>Unwind data of code that was compiled while the program ran.</summary>
    public IReadOnlyList<FunctionTable> FunctionTables => _functionTables.Value;

    /// <summary>What is mapped where, and what may be done with it, from whichever list the dump has.</summary>
    public AddressSpace AddressSpace => _addressSpace.Value;

    /// <summary>Null where no stream tells it.</summary>
    public uint? ProcessId => MiscInfo?.ProcessId ?? (uint?)LinuxStatus.FindNumber("Pid") ?? Microdump?.ProcessId;

    /// <summary>How long the process had run when the dump was written; null when its start is not known.</summary>
    public TimeSpan? Uptime => MiscInfo?.ProcessCreateTime is { } start
        ? TimeSpan.FromSeconds(Math.Max(0, (long)Header.TimeDateStamp - start))
        : null;

    /// <summary>What the processor calls itself, such as "AMD EPYC 7B13"; only Linux says it.</summary>
    public string? CpuModel => LinuxCpuInfo.Find("model name", "cpu model", "Processor", "uarch", "Hardware");

    /// <summary>The version of the processor's microcode.</summary>
    public ulong? Microcode => LinuxCpuInfo.FindHex("microcode");

    /// <summary>The thread that crashed, or that asked for the dump.</summary>
    public uint? RequestingThreadId =>
        Exception?.ThreadId ?? BreakpadInfo?.RequestingThreadId ?? (Microdump is null || Threads is [] ? null : Threads[0].Id);

    /// <summary>All captured memory, of both memory lists and the threads' stacks.</summary>
    public MemoryMap Memory => _memory.Value;

    /// <summary>What was wrong in what has been read so far.</summary>
    public IReadOnlyList<Problem> Problems => _file.Problems.ToList();

    /// <summary>
    /// Opens a dump, or a log with a microdump in it. Only a bad header or directory refuses it; anything else that is wrong
    /// becomes a problem.
    /// </summary>
    public static bool TryOpen(
        ReadOnlyMemory<byte> bytes,
        Limits limits,
        [NotNullWhen(true)] out Minidump? dump,
        [NotNullWhen(false)] out Refusal? refusal)
    {
        if (Microdump.IsIn(bytes.Span))
            return Microdump.TryOpen(bytes, limits, out dump, out refusal);

        refusal = DumpFile.TryOpen(bytes, limits, out var file);
        dump = refusal is null ? new(file) : null;
        return refusal is null;
    }

    internal static Minidump Of(MicrodumpContent text, Limits limits) =>
        new(DumpFile.WithoutStreams(text.Context, limits, text.Problems), text);
}
