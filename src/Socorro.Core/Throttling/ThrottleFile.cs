using Microsoft.Extensions.Logging;
using Socorro.Configuration;

namespace Socorro.Throttling;

/// <summary>
/// The throttle in force: a preset, or a file that is read again when it changes. A changed file that has errors is
/// reported and passed over.
/// </summary>
public sealed partial class ThrottleFile
{
    readonly Throttle _preset = new([]);
    readonly WatchedFile<Throttle>? _file;

    ThrottleFile(Throttle preset) => _preset = preset;

    ThrottleFile(string file, TimeProvider time, ILogger<ThrottleFile> log) =>
        _file = new(file, bytes => ThrottleReader.Read(bytes), time)
        {
            Replaced = throttle => LogReplaced(log, file, throttle.Rules.Count),
            Refused = errors => LogErrors(log, file, string.Join("; ", errors)),
        };

    /// <summary>The presets by name.</summary>
    public static IReadOnlyList<string> Presets { get; } = ["accept-everything", "mozilla-2026", "mozilla-2013", "mozilla-2011"];

    public Throttle Current => _file?.Current ?? _preset;

    /// <summary>Opens a preset by its name, or a file.</summary>
    /// <exception cref="FormatException">It can't be read; the message has a line for each error.</exception>
    public static ThrottleFile Open(string presetOrFile, TimeProvider time, ILogger<ThrottleFile> log) =>
        Presets.Contains(presetOrFile)
            ? new(ThrottleReader.Read(ReadPreset(presetOrFile)).Throttle!) // Tests read every preset.
            : new(presetOrFile, time, log);

    /// <summary>The JSON of a preset, for an operator to start from.</summary>
    public static byte[] ReadPreset(string name)
    {
        using var preset = typeof(ThrottleFile).Assembly.GetManifestResourceStream($"Throttling.{name}.json")!;
        var bytes = new byte[preset.Length];
        preset.ReadExactly(bytes);
        return bytes;
    }

    [LoggerMessage(LogLevel.Information, "The throttle of {File} is in force, with {Count} rules")]
    static partial void LogReplaced(ILogger log, string file, int count);

    [LoggerMessage(LogLevel.Error, "{File} changed and can't be used; the throttle stays as it was: {Errors}")]
    static partial void LogErrors(ILogger log, string file, string errors);
}
