namespace Socorro.Minidumps.Format;

/// <summary>
/// The stream types of the format and of the vendors who extend it, by the names their specifications use.
/// </summary>
public enum StreamType : uint
{
    /// <summary>An entry that counts for nothing.</summary>
    UnusedStream = 0,

    /// <summary>Of Windows' own.</summary>
    ReservedStream0 = 1,

    /// <summary>Of Windows' own.</summary>
    ReservedStream1 = 2,

    /// <summary>MINIDUMP_THREAD_LIST: threads with registers and stacks.</summary>
    ThreadListStream = 3,

    /// <summary>MINIDUMP_MODULE_LIST: executables and libraries.</summary>
    ModuleListStream = 4,

    /// <summary>MINIDUMP_MEMORY_LIST: pieces of memory.</summary>
    MemoryListStream = 5,

    /// <summary>MINIDUMP_EXCEPTION_STREAM: why the process ended.</summary>
    ExceptionStream = 6,

    /// <summary>MINIDUMP_SYSTEM_INFO: system and processor.</summary>
    SystemInfoStream = 7,

    /// <summary>MINIDUMP_THREAD_EX_LIST: threads with a backing store.</summary>
    ThreadExListStream = 8,

    /// <summary>MINIDUMP_MEMORY64_LIST: all memory, of full dumps.</summary>
    Memory64ListStream = 9,

    /// <summary>Free text in ANSI.</summary>
    CommentStreamA = 10,

    /// <summary>Free text in UTF-16.</summary>
    CommentStreamW = 11,

    /// <summary>MINIDUMP_HANDLE_DATA_STREAM: open handles.</summary>
    HandleDataStream = 12,

    /// <summary>MINIDUMP_FUNCTION_TABLE_STREAM: unwind data of generated code.</summary>
    FunctionTable = 13,

    /// <summary>MINIDUMP_UNLOADED_MODULE_LIST: modules that were there before.</summary>
    UnloadedModuleListStream = 14,

    /// <summary>MINIDUMP_MISC_INFO: times and facts of the process.</summary>
    MiscInfoStream = 15,

    /// <summary>MINIDUMP_MEMORY_INFO_LIST: regions of the address space.</summary>
    MemoryInfoListStream = 16,

    /// <summary>MINIDUMP_THREAD_INFO_LIST: threads' times and beginnings.</summary>
    ThreadInfoListStream = 17,

    /// <summary>MINIDUMP_HANDLE_OPERATION_LIST: what was done with handles.</summary>
    HandleOperationListStream = 18,

    /// <summary>MINIDUMP_TOKEN_INFO_LIST: security tokens.</summary>
    TokenStream = 19,

    /// <summary>Of Windows' JavaScript engine.</summary>
    JavaScriptDataStream = 20,

    /// <summary>MINIDUMP_SYSTEM_MEMORY_INFO_1: memory of the machine.</summary>
    SystemMemoryInfoStream = 21,

    /// <summary>MINIDUMP_PROCESS_VM_COUNTERS_1: memory of the process.</summary>
    ProcessVmCountersStream = 22,

    /// <summary>A trace of Intel's processors.</summary>
    IptTraceStream = 23,

    /// <summary>MINIDUMP_THREAD_NAME_LIST: names of threads.</summary>
    ThreadNamesStream = 24,

    /// <summary>Windows CE: counts for nothing.</summary>
    CeStreamNull = 0x8000,

    /// <summary>Windows CE: the system.</summary>
    CeStreamSystemInfo = 0x8001,

    /// <summary>Windows CE: why the process ended.</summary>
    CeStreamException = 0x8002,

    /// <summary>Windows CE: modules.</summary>
    CeStreamModuleList = 0x8003,

    /// <summary>Windows CE: processes.</summary>
    CeStreamProcessList = 0x8004,

    /// <summary>Windows CE: threads.</summary>
    CeStreamThreadList = 0x8005,

    /// <summary>Windows CE: registers.</summary>
    CeStreamThreadContextList = 0x8006,

    /// <summary>Windows CE: stacks.</summary>
    CeStreamThreadCallStackList = 0x8007,

    /// <summary>Windows CE: memory by virtual address.</summary>
    CeStreamMemoryVirtualList = 0x8008,

    /// <summary>Windows CE: memory by physical address.</summary>
    CeStreamMemoryPhysicalList = 0x8009,

    /// <summary>Windows CE: by what crashes are grouped.</summary>
    CeStreamBucketParameters = 0x800a,

    /// <summary>Windows CE: which process has which module.</summary>
    CeStreamProcessModuleMap = 0x800b,

    /// <summary>Windows CE: what was found out.</summary>
    CeStreamDiagnosisList = 0x800c,

    /// <summary>The last type that Windows keeps for itself.</summary>
    LastReservedStream = 0xffff,

    /// <summary>MinidumpCrashpadInfo: ids and annotations.</summary>
    CrashpadInfoStream = 0x43500001,

    /// <summary>MDRawBreakpadInfo: which thread asked for the dump, and which wrote it.</summary>
    BreakpadInfoStream = 0x47670001,

    /// <summary>MDRawAssertionInfo: the assertion that failed.</summary>
    AssertionInfoStream = 0x47670002,

    /// <summary>Breakpad: /proc/cpuinfo.</summary>
    LinuxCpuInfo = 0x47670003,

    /// <summary>Breakpad: /proc/PID/status.</summary>
    LinuxProcStatus = 0x47670004,

    /// <summary>Breakpad: /etc/lsb-release.</summary>
    LinuxLsbRelease = 0x47670005,

    /// <summary>Breakpad: /proc/PID/cmdline.</summary>
    LinuxCmdLine = 0x47670006,

    /// <summary>Breakpad: /proc/PID/environ.</summary>
    LinuxEnviron = 0x47670007,

    /// <summary>Breakpad: /proc/PID/auxv.</summary>
    LinuxAuxv = 0x47670008,

    /// <summary>Breakpad: /proc/PID/maps.</summary>
    LinuxMaps = 0x47670009,

    /// <summary>Breakpad: MDRawDebug, the dynamic loader's list of libraries.</summary>
    LinuxDsoDebug = 0x4767000a,

    /// <summary>Chromium's stability report, a protocol buffer.</summary>
    ChromiumStabilityReport = 0x4b6b0002,

    /// <summary>Mozilla: what libraries of macOS left for the crash reporter.</summary>
    MozMacosCrashInfoStream = 0x4d7a0001,

    /// <summary>Mozilla: the kernel's boot arguments.</summary>
    MozMacosBootargsStream = 0x4d7a0002,

    /// <summary>Mozilla: /proc/PID/limits.</summary>
    MozLinuxLimits = 0x4d7a0003,

    /// <summary>Mozilla: JSON on what the writer could not do.</summary>
    MozSoftErrors = 0x4d7a0004,
}
