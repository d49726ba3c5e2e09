namespace Socorro.Configuration;

/// <summary>What an operator's file says, read again when it changes. A changed file with errors is reported and passed over.</summary>
public sealed class WatchedFile<T>
    where T : class
{
    static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    readonly string _file;
    readonly Func<byte[], (T? Value, IReadOnlyList<string> Errors)> _read;
    readonly TimeProvider _time;
    readonly Lock _lock = new();
    volatile T _current;
    (DateTime Written, long Length) _seen;
    long _checkedAt;

    /// <param name="file">Its path, which messages name.</param>
    /// <param name="read">Makes the value, or null and a sentence for each error.</param>
    /// <param name="time">It is looked at once a second at most.</param>
    /// <exception cref="FormatException">It can't be used; the message has a line for each error.</exception>
    public WatchedFile(string file, Func<byte[], (T? Value, IReadOnlyList<string> Errors)> read, TimeProvider time)
    {
        _file = file;
        _read = read;
        _time = time;
        _seen = Stamp(file);
        _checkedAt = time.GetTimestamp();
        var (value, errors) = Read();
        _current = value ?? throw new FormatException(string.Join('\n', errors.Select(error => $"{file}: {error}")));
    }

    /// <summary>Told of each value that a changed file brought.</summary>
    public Action<T> Replaced { get; init; } = _ => { };

    /// <summary>Told of each error of a changed file.</summary>
    public Action<IReadOnlyList<string>> Refused { get; init; } = _ => { };

    public T Current
    {
        get
        {
            if (_time.GetElapsedTime(Volatile.Read(ref _checkedAt)) >= CheckInterval)
                Check();

            return _current;
        }
    }

    void Check()
    {
        lock (_lock)
        {
            Volatile.Write(ref _checkedAt, _time.GetTimestamp());
            var stamp = Stamp(_file);
            if (stamp == _seen)
                return;

            _seen = stamp;
            var (value, errors) = Read();
            if (value is null)
            {
                Refused(errors);
                return;
            }

            _current = value;
            Replaced(value);
        }
    }

    (T? Value, IReadOnlyList<string> Errors) Read()
    {
        try
        {
            return _read(File.ReadAllBytes(_file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, [$"can't be read: {e.Message}"]);
        }
    }

    // A file that is missing has a time and no length.
    static (DateTime Written, long Length) Stamp(string file) =>
        new FileInfo(file) is { Exists: true } info ? (info.LastWriteTimeUtc, info.Length) : default;
}
