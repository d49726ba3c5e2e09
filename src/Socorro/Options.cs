using System.Globalization;

namespace Socorro;

/// <summary>
/// All settings of one process. Each has a default that works on a laptop; <c>socorro config</c> prints them with where
/// each value came from.
/// </summary>
public sealed record Options
{
    /// <summary>The folder that everything is kept in.</summary>
    public string Data { get; init; } = "data";

    /// <summary>The folder that crashes are brought to after they were accepted; empty to keep them in the data folder.</summary>
    public string Store { get; init; } = "";

    /// <summary>The address to listen on; port 0 takes a free one.</summary>
    public string Url { get; init; } = "http://127.0.0.1:8000";

    /// <summary>Folders of Breakpad symbol files, searched in order.</summary>
    public IReadOnlyList<string> Symbols { get; init; } = [];

    /// <summary>Servers that symbols are fetched from when no folder has them, asked in order.</summary>
    public IReadOnlyList<Uri> SymbolServers { get; init; } = [];

    /// <summary>The rules by which submissions are kept: the name of a preset, or a file.</summary>
    public string Throttle { get; init; } = "accept-everything";

    /// <summary>A file that holds the token by which another collector may keep its crash ids; empty for none.</summary>
    public string ForwarderTokenFile { get; init; } = "";

    /// <summary>Room on the disk of the data folder, in MB, below which no crash is accepted; the databases need some themselves.</summary>
    public int MinFreeMegabytes { get; init; } = 4;

    /// <summary>Files that declare fields beside the built-in ones.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>A file with the versions of builds, for rules that look them up; empty for none.</summary>
    public string BuildVersions { get; init; } = "";

    /// <summary>Products whose crashes go through Mozilla's rules besides those for any product.</summary>
    public IReadOnlyList<string> MozillaProducts { get; init; } =
        ["Firefox", "Thunderbird", "Fenix", "Focus", "ReferenceBrowser", "MozillaVPN"];

    /// <summary>A folder with one sub-folder for each plug-in; empty for none.</summary>
    public string Plugins { get; init; } = "";

    /// <summary>The folder of the operator's signature lists; empty for the one in the data folder, if it is there.</summary>
    public string SignatureLists { get; init; } = "";

    /// <summary>Where the operator's signature lists are, whether there are any or not.</summary>
    public string SignatureListFolder => SignatureLists.Length > 0 ? SignatureLists : Path.Combine(Data, "signature-lists");

    /// <summary>Crashes processed at a time.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>Crashes a second at most that a reprocessing order gives which names no rate of its own.</summary>
    public int ReprocessingRate { get; init; } = 1000;
}

/// <summary>One setting: its flag is <c>--name</c>, its environment variable <c>SOCORRO_NAME</c>.</summary>
/// <param name="Name">Lower case, words joined by dashes.</param>
/// <param name="Argument">What stands for the value in help texts.</param>
/// <param name="Meaning">One sentence without its full stop.</param>
/// <param name="Show">The value as it would be given, several joined by <see cref="Path.PathSeparator"/>.</param>
/// <param name="Set">Takes one or more values; throws <see cref="FormatException"/> saying what it wanted.</param>
public sealed record Setting(
    string Name,
    string Argument,
    string Meaning,
    Func<Options, string> Show,
    Func<Options, IReadOnlyList<string>, Options> Set)
{
    public string Variable => $"SOCORRO_{Name.Replace('-', '_').ToUpperInvariant()}";

    /// <summary>Whether the flag may be given several times.</summary>
    public bool IsList { get; init; }

    /// <summary>Every setting there is, in the order that help shows them.</summary>
    public static readonly IReadOnlyList<Setting> All =
    [
        new(
            "data",
            "DIR",
            "The folder that everything is kept in",
            options => options.Data,
            (options, values) => options with { Data = NotEmpty(values[^1]) }),
        new(
            "store",
            "DIR",
            "A folder on another disk, which may be away for a while, that crashes are brought to and kept in",
            options => options.Store,
            (options, values) => options with { Store = values[^1] }),
        new(
            "url",
            "URL",
            "The address to listen on; port 0 takes a free one",
            options => options.Url,
            (options, values) => options with { Url = HttpAddress(values[^1]) }),
        new(
            "symbols",
            "DIR",
            "A folder of Breakpad symbol files; may be given several times",
            options => string.Join(Path.PathSeparator, options.Symbols),
            (options, values) => options with { Symbols = [.. values.Select(NotEmpty)] })
        {
            IsList = true,
        },
        new(
            "symbol-servers",
            "URLS",
            "Servers to fetch symbols from that no folder has, separated by blanks",
            options => string.Join(' ', options.SymbolServers),
            (options, values) => options with { SymbolServers = WebAddresses(values[^1]) }),
        new(
            "throttle",
            "NAME|FILE",
            "The rules by which submissions are kept: a preset or a JSON file, see 'socorro throttle'",
            options => options.Throttle,
            (options, values) => options with { Throttle = NotEmpty(values[^1]) }),
        new(
            "forwarder-token-file",
            "FILE",
            "A file with the bearer token by which another collector may keep its crash ids",
            options => options.ForwarderTokenFile,
            (options, values) => options with { ForwarderTokenFile = values[^1] }),
        new(
            "min-free-space",
            "MB",
            "Room on the disk of the data folder below which no crash is accepted",
            options => options.MinFreeMegabytes.ToString(CultureInfo.InvariantCulture),
            (options, values) => options with { MinFreeMegabytes = Number(values[^1], 0, 100_000_000) }),
        new(
            "fields",
            "FILE",
            "A file that declares fields of your own; may be given several times",
            options => string.Join(Path.PathSeparator, options.Fields),
            (options, values) => options with { Fields = [.. values.Select(NotEmpty)] })
        {
            IsList = true,
        },
        new(
            "build-versions",
            "FILE",
            "A JSON file with the versions of builds whose channel hides them: product, channel, build id, version",
            options => options.BuildVersions,
            (options, values) => options with { BuildVersions = values[^1] }),
        new(
            "mozilla-products",
            "NAMES",
            "Products whose crashes go through the rules that only Mozilla's need, separated by commas; empty for none",
            options => string.Join(',', options.MozillaProducts),
            (options, values) => options with
            {
                MozillaProducts = values[^1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            }),
        new(
            "plugins",
            "DIR",
            "A folder of plug-ins with processing rules of your own, see 'socorro plugins'",
            options => options.Plugins,
            (options, values) => options with { Plugins = values[^1] }),
        new(
            "signature-lists",
            "DIR",
            "The folder of your signature lists, followed while running; signature-lists in the data folder unless said",
            options => options.SignatureLists,
            (options, values) => options with { SignatureLists = values[^1] }),
        new(
            "workers",
            "N",
            "Crashes processed at a time; one for each core unless said",
            options => options.Workers.ToString(CultureInfo.InvariantCulture),
            (options, values) => options with { Workers = Number(values[^1], 1, 1024) }),
        new(
            "reprocessing-rate",
            "N",
            "Crashes a second at most of a reprocessing order that names no rate",
            options => options.ReprocessingRate.ToString(CultureInfo.InvariantCulture),
            (options, values) => options with { ReprocessingRate = Number(values[^1], 1, 100_000) }),
    ];

    static string NotEmpty(string text) => text.Length > 0 ? text : throw new FormatException("is empty");

    static string HttpAddress(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp)
            throw new FormatException("is not an address such as http://127.0.0.1:8000");
        if (url.PathAndQuery != "/")
            throw new FormatException("has a path; it is scheme, host and port only");
        return $"{url.Scheme}://{url.Authority}";
    }

    static Uri[] WebAddresses(string text)
    {
        var addresses = new List<Uri>();
        foreach (var part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Uri.TryCreate(part, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
                throw new FormatException($"has {part}, which is not an address such as https://symbols.example.org/v1/");
            addresses.Add(url);
        }

        return [.. addresses];
    }

    static int Number(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"is not a number from {least} to {most}");
}

/// <summary>Options with where each came from: "flag", "environment" or "default", by setting name.</summary>
public sealed record Settings(Options Options, IReadOnlyDictionary<string, string> Origins)
{
    /// <summary>A flag wins over the environment, the environment over the default.</summary>
    /// <param name="flags">The values of each flag that was given, by setting name.</param>
    /// <param name="environment">Looks an environment variable up.</param>
    /// <exception cref="VerbFailedException">A value is malformed; the message lists every such value.</exception>
    public static Settings Resolve(
        IReadOnlyDictionary<string, IReadOnlyList<string>> flags, Func<string, string?> environment)
    {
        var options = new Options();
        var origins = new Dictionary<string, string>();
        var errors = new List<string>();
        foreach (var setting in Setting.All)
        {
            var (origin, name, values) = Find(setting, flags, environment);
            origins[setting.Name] = origin;
            if (values.Count == 0)
                continue;

            try
            {
                options = setting.Set(options, values);
            }
            catch (FormatException e)
            {
                errors.Add($"{name} '{string.Join(Path.PathSeparator, values)}' {e.Message}");
            }
        }

        return errors is [] ? new(options, origins) : throw new VerbFailedException(string.Join("; ", errors), exitCode: 2);
    }

    static (string Origin, string Name, IReadOnlyList<string> Values) Find(
        Setting setting, IReadOnlyDictionary<string, IReadOnlyList<string>> flags, Func<string, string?> environment)
    {
        if (flags.TryGetValue(setting.Name, out var given) && given.Count > 0)
            return ("flag", $"--{setting.Name}", given);

        return environment(setting.Variable) switch
        {
            null => ("default", setting.Name, []),
            var text when setting.IsList => ("environment", setting.Variable, text.Split(Path.PathSeparator)),
            var text => ("environment", setting.Variable, [text]),
        };
    }
}
