namespace Socorro.Stackwalk;

/// <summary>A flag of the command.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="Help">One line.</param>
/// <param name="Value">What its value is called in the help; null when it has none.</param>
sealed record Flag(string Name, string Help, string? Value = null)
{
    /// <summary>Another spelling; empty when there is none.</summary>
    public string Alias { get; init; } = "";

    /// <summary>Whether it may be given several times.</summary>
    public bool Repeats { get; init; }
}

/// <summary>The flags, in the order of the help. Names and meanings are those of rust-minidump's minidump-stackwalk.</summary>
static class Flags
{
    public static readonly Flag Human = new("--human", "Text for people (the default); asked for, it is whole on a terminal, too");
    public static readonly Flag Json = new("--json", "JSON; of several dumps, a line each");
    public static readonly Flag Cyborg = new("--cyborg", "Text for people, and JSON into FILE", "FILE");
    public static readonly Flag Dump = new("--dump", "Instead of a report: all streams as they stand in the file; with --json too");
    public static readonly Flag Brief = new("--brief", "With text: only the crash and its thread; with --dump: no contents of memory");
    public static readonly Flag Compact = new(
        "--compact", "Text that fits a screen: a line a frame, equal stacks once (a terminal gets it)");

    public static readonly Flag Pretty = new("--pretty", "With JSON: break lines and indent");
    public static readonly Flag NoColor = new("--no-color", "No colours, though the output is a terminal");

    public static readonly Flag Why = new(
        "--why", "Say of frames without a function why, and of modules where symbols were looked for");

    public static readonly Flag Instructions = new(
        "--instructions", "With text: list the instructions around the crash (a terminal gets them anyway)");

    public static readonly Flag SourceRoot = new(
        "--source-root", "With text: show the source lines of the crashed thread, from files below DIR", "DIR");

    public static readonly Flag RecoverArguments = new(
        "--recover-function-args", "Guess arguments of functions (x86), from their names and the stack");

    public static readonly Flag AllRegisters = new(
        "--all-registers", "With JSON: registers for the frames of all threads, not only the crashed one's");

    public static readonly Flag OutputFile = new("--output-file", "Write there instead of to standard output", "FILE");

    public static readonly Flag SymbolsPath = new(
        "--symbols-path", "Folder of symbol files, or one such file; repeatable", "PATH")
    {
        Alias = "--symbols",
        Repeats = true,
    };

    public static readonly Flag SymbolsUrl = new("--symbols-url", "Server to fetch missing symbols from; repeatable", "URL")
    {
        Repeats = true,
    };

    public static readonly Flag SymbolsCache = new(
        "--symbols-cache", "Keep fetched and compiled symbols there, for this and later runs", "DIR");

    public static readonly Flag SymbolsTmp = new(
        "--symbols-tmp", "Accepted; files on their way are kept in the cache, where renaming is atomic", "DIR");

    public static readonly Flag SymbolsTimeout = new(
        "--symbols-download-timeout-secs", "How long one file may take to fetch (1000)", "N");

    public static readonly Flag UseLocalDebugInfo = new(
        "--use-local-debuginfo", "Unwind by the modules' own files on this machine, too");

    public static readonly Flag EvilJson = new(
        "--evil-json", "Client's annotations: takes ModuleSignatureInfo and CPUMicrocodeVersion", "FILE");

    public static readonly Flag LogFile = new("--log-file", "Write the log there instead of to standard error", "FILE");

    public static readonly Flag Verbose = new("--verbose", "off, error (the default), warn, info, debug or trace", "LEVEL");

    public static readonly Flag Features = new(
        "--features", "stable-basic, stable-all or unstable-all, which means --recover-function-args", "SET");

    public static readonly Flag NoInteractive = new("--no-interactive", "Accepted: no progress is ever drawn");
    public static readonly Flag Help = new("--help", "Print this") { Alias = "-h" };
    public static readonly Flag Version = new("--version", "Print the version") { Alias = "-V" };

    public static readonly (string Title, Flag[] Flags)[] Groups =
    [
        ("Report", [Human, Json, Cyborg, Dump, Brief, Compact, Pretty, Why, Instructions, SourceRoot, RecoverArguments, AllRegisters, NoColor, OutputFile]),
        ("Symbols", [SymbolsPath, SymbolsUrl, SymbolsCache, SymbolsTmp, SymbolsTimeout, UseLocalDebugInfo]),
        ("Other", [EvilJson, LogFile, Verbose, Features, NoInteractive, Help, Version]),
    ];

    /// <summary>Pairs of which only one can be meant.</summary>
    public static readonly (Flag A, Flag B)[] Contradictions =
    [
        (Human, Json), (Human, Cyborg), (Json, Cyborg), (Pretty, Human), (Dump, Human), (Dump, Cyborg),
        (Compact, Human), (Compact, Json), (Compact, Dump),
    ];

    public static Flag? Find(string name) =>
        Groups.SelectMany(group => group.Flags).FirstOrDefault(flag => flag.Name == name || flag.Alias == name);
}
