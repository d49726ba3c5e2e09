using System.Globalization;

namespace Socorro.Stackwalk;

/// <summary>
/// The arguments, sorted. Parsed by hand, so that a process that lives for milliseconds does not spend more on its flags
/// than on its dump.
/// </summary>
sealed class StackwalkArguments
{
    static readonly string[] FeatureSets = ["stable-basic", "stable-all", "unstable-all"];

    readonly Dictionary<Flag, List<string>> _given = [];
    readonly List<string> _dumps = [];
    readonly List<string> _symbolPaths = [];

    public IReadOnlyList<string> Dumps => _dumps;

    /// <summary>Those of flags, then those that follow the dump.</summary>
    public IReadOnlyList<string> SymbolPaths => [.. All(Flags.SymbolsPath), .. _symbolPaths];

    public IReadOnlyList<Uri> SymbolUrls { get; private set; } = [];

    public TimeSpan DownloadTimeout { get; private set; } = TimeSpan.FromSeconds(1000);

    public LogLevel LogLevel { get; private set; } = LogLevel.Error;

    public bool RecoversArguments => Has(Flags.RecoverArguments) || Find(Flags.Features) == "unstable-all";

    public bool Has(Flag flag) => _given.ContainsKey(flag);

    public string? Find(Flag flag) => _given.TryGetValue(flag, out var values) ? values[^1] : null;

    /// <exception cref="UsageException">The arguments can't be read.</exception>
    public static StackwalkArguments Parse(IReadOnlyList<string> args)
    {
        var arguments = new StackwalkArguments();
        arguments.Sort(args);
        if (!arguments.Has(Flags.Help) && !arguments.Has(Flags.Version))
            arguments.ReadValues();
        return arguments;
    }

    /// <exception cref="UsageException">Flags contradict each other.</exception>
    public void RefuseContradictions()
    {
        foreach (var (a, b) in Flags.Contradictions)
        {
            if (Has(a) && Has(b))
                throw new UsageException($"{a.Name} and {b.Name} do not go together", 1);
        }

        if (Has(Flags.Brief) && Has(Flags.Json) && !Has(Flags.Dump))
            throw new UsageException($"{Flags.Brief.Name} and {Flags.Json.Name} do not go together", 1);
        if (Has(Flags.Pretty) && !Has(Flags.Json) && !Has(Flags.Cyborg))
            throw new UsageException($"{Flags.Pretty.Name} needs {Flags.Json.Name} or {Flags.Cyborg.Name}", 1);
    }

    void Sort(IReadOnlyList<string> args)
    {
        var areFlagsOver = false;
        for (var i = 0; i < args.Count; i++)
        {
            var arg = args[i];
            if (areFlagsOver || !arg.StartsWith('-') || arg == "-")
                AddPath(arg);
            else if (arg == "--")
                areFlagsOver = true;
            else
                AddFlag(args, ref i);
        }
    }

    void AddFlag(IReadOnlyList<string> args, ref int i)
    {
        var equals = args[i].IndexOf('=');
        var name = equals < 0 ? args[i] : args[i][..equals];
        var flag = Flags.Find(name) ?? throw Unknown(name);
        if (flag.Value is null && equals >= 0)
            throw new UsageException($"{name} takes no value", 2);
        if (flag.Value is not null && equals < 0 && ++i == args.Count)
            throw new UsageException($"{name} needs a value: {name} {flag.Value}", 2);

        var value = flag.Value is null ? "" : equals < 0 ? args[i] : args[i][(equals + 1)..];
        if (!_given.TryAdd(flag, [value]))
        {
            if (!flag.Repeats)
                throw new UsageException($"{name} is given twice", 2);
            _given[flag].Add(value);
        }
    }

    static UsageException Unknown(string name) => new($"there is no flag {name}; --help lists them", 2);

    /// <summary>
    /// The peer takes one dump, then paths of symbols. Here more dumps may follow, so what follows counts as symbols when it
    /// is a folder or has the name of a symbol file.
    /// </summary>
    void AddPath(string path)
    {
        if (_dumps.Count > 0 && (Directory.Exists(path) || IsSymbolFile(path)))
            _symbolPaths.Add(path);
        else
            _dumps.Add(path);
    }

    static bool IsSymbolFile(string path) =>
        path.EndsWith(".sym", StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(".sym.gz", StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(".sy_", StringComparison.OrdinalIgnoreCase);

    void ReadValues()
    {
        if (_dumps.Count == 0)
            throw new UsageException("which minidump? --help shows how to call this", 2);

        foreach (var path in SymbolPaths)
        {
            if (Directory.Exists(path))
                continue;
            if (!File.Exists(path))
                throw new UsageException($"{Flags.SymbolsPath.Name} {path} is neither a folder nor a file", 2);
            if (!HoldsSymbols(path))
                throw new UsageException($"{Flags.SymbolsPath.Name} {path} is no symbol file", 2);
        }

        if (Find(Flags.SymbolsCache) is { } cache && File.Exists(cache))
            throw new UsageException($"{Flags.SymbolsCache.Name} {cache} is no folder", 2);

        if (Find(Flags.SourceRoot) is { } root && !Directory.Exists(root))
            throw new UsageException($"{Flags.SourceRoot.Name} {root} is no folder", 2);
        SymbolUrls = [.. All(Flags.SymbolsUrl).Select(ReadUrl)];
        if (Find(Flags.SymbolsTimeout) is { } seconds)
            DownloadTimeout = ReadSeconds(seconds);
        if (Find(Flags.Verbose) is { } level)
            LogLevel = ReadLevel(level);
        if (Find(Flags.Features) is { } features && !FeatureSets.Contains(features))
            throw WrongValue(Flags.Features, features, string.Join(", ", FeatureSets));
    }

    // By its beginning: text, or what gzip or a cabinet makes of it.
    static bool HoldsSymbols(string path)
    {
        try
        {
            Span<byte> start = stackalloc byte[7];
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
            return start.StartsWith("MODULE "u8) || start.StartsWith("MSCF"u8) || start is [0x1f, 0x8b, ..];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{Flags.SymbolsPath.Name} {path}: {e.Message}", 2);
        }
    }

    List<string> All(Flag flag) => _given.TryGetValue(flag, out var values) ? values : [];

    static Uri ReadUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw WrongValue(Flags.SymbolsUrl, text, "an address that begins with http:// or https://");

    static TimeSpan ReadSeconds(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 1_000_000
            ? TimeSpan.FromSeconds(seconds)
            : throw WrongValue(Flags.SymbolsTimeout, text, "seconds, 1 to 1000000");

    static LogLevel ReadLevel(string text) => text switch
    {
        "off" => LogLevel.Off,
        "error" => LogLevel.Error,
        "warn" => LogLevel.Warn,
        "info" => LogLevel.Info,
        "debug" => LogLevel.Debug,
        "trace" => LogLevel.Trace,
        _ => throw WrongValue(Flags.Verbose, text, Flags.Verbose.Help),
    };

    static UsageException WrongValue(Flag flag, string value, string expected) =>
        new($"{flag.Name} {value}: expected {expected}", 2);
}
