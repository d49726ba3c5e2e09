using Microsoft.Extensions.Logging;

namespace Socorro.Throttling;

/// <summary>
/// The throttle in force: a preset, or a file that is read again when it changes. A changed file that has errors is
/// reported and passed over.
/// </summary>
public sealed partial class ThrottleFile
{
    static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    readonly string? _file;
    readonly TimeProvider _time;
    readonly ILogger<ThrottleFile> _log;
    readonly Lock _lock = new();
    volatile Throttle _current;
    (DateTime Written, long Length) _seen;
    long _checkedAt;

    ThrottleFile(Throttle throttle, string? file, TimeProvider time, ILogger<ThrottleFile> log)
    {
        _current = throttle;
        _file = file;
        _time = time;
        _log = log;
        _seen = file is null ? default : Stamp(file);
        _checkedAt = time.GetTimestamp();
    }

    /// <summary>The presets by name.</summary>
    public static IReadOnlyList<string> Presets { get; } = ["accept-everything", "mozilla-2026", "mozilla-2013", "mozilla-2011"];

    public Throttle Current
    {
        get
        {
            if (_file is not null && _time.GetElapsedTime(Volatile.Read(ref _checkedAt)) >= CheckInterval)
                Check(_file);

            return _current;
        }
    }

    /// <summary>Opens a preset by its name, or a file.</summary>
    /// <exception cref="FormatException">It can't be read; the message has a line for each error.</exception>
    public static ThrottleFile Open(string presetOrFile, TimeProvider time, ILogger<ThrottleFile> log)
    {
        var isPreset = Presets.Contains(presetOrFile);
        var (throttle, errors) = isPreset ? ThrottleReader.Read(ReadPreset(presetOrFile)) : ReadFile(presetOrFile);
        return throttle is not null
            ? new(throttle, isPreset ? null : presetOrFile, time, log)
            : throw new FormatException(string.Join('\n', errors.Select(error => $"{presetOrFile}: {error}")));
    }

    /// <summary>The JSON of a preset, for an operator to start from.</summary>
    public static byte[] ReadPreset(string name)
    {
        using var preset = typeof(ThrottleFile).Assembly.GetManifestResourceStream($"Throttling.{name}.json")!;
        var bytes = new byte[preset.Length];
        preset.ReadExactly(bytes);
        return bytes;
    }

    void Check(string file)
    {
        lock (_lock)
        {
            Volatile.Write(ref _checkedAt, _time.GetTimestamp());
            var stamp = Stamp(file);
            if (stamp == _seen)
                return;

            _seen = stamp;
            var (throttle, errors) = ReadFile(file);
            if (throttle is null)
            {
                LogErrors(file, string.Join("; ", errors));
                return;
            }

            _current = throttle;
            LogReplaced(file, throttle.Rules.Count);
        }
    }

    static (Throttle? Throttle, IReadOnlyList<string> Errors) ReadFile(string file)
    {
        try
        {
            return ThrottleReader.Read(File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, [$"can't be read: {e.Message}"]);
        }
    }

    // A file that is missing has a time and no length.
    static (DateTime Written, long Length) Stamp(string file) =>
        new FileInfo(file) is { Exists: true } info ? (info.LastWriteTimeUtc, info.Length) : default;

    [LoggerMessage(LogLevel.Information, "The throttle of {File} is in force, with {Count} rules")]
    partial void LogReplaced(string file, int count);

    [LoggerMessage(LogLevel.Error, "{File} changed and can't be used; the throttle stays as it was: {Errors}")]
    partial void LogErrors(string file, string errors);
}
