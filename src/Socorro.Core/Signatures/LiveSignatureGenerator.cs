using Socorro.Signatures.Lists;

namespace Socorro.Signatures;

/// <summary>
/// A generator that follows its lists while it runs: the built-in ones with folders on top, such as a product's and then the
/// operator's. Files are looked at again after a second at the earliest; lists that became wrong leave the last good ones in use.
/// </summary>
public sealed class LiveSignatureGenerator
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    readonly Lock _lock = new();
    readonly IReadOnlyList<string> _folders;
    readonly TimeProvider _time;
    readonly SignatureMode _mode;
    SignatureGenerator _current;
    string _stamp;
    long _lookedAt;

    /// <param name="folders">Folders of lists, the lowest layer first.</param>
    /// <param name="time">When to look at the files again.</param>
    /// <param name="mode">Whose signatures to make.</param>
    /// <exception cref="SignatureListException">Lists are wrong from the start.</exception>
    /// <exception cref="DirectoryNotFoundException">A folder is not there.</exception>
    public LiveSignatureGenerator(
        IReadOnlyList<string> folders, TimeProvider time, SignatureMode mode = SignatureMode.Corrected)
    {
        _folders = folders;
        _time = time;
        _mode = mode;
        _stamp = Stamp();
        _lookedAt = time.GetTimestamp();
        _current = Load();
    }

    /// <summary>Why the lists on disk are not in use; null when they are.</summary>
    public string? Problem { get; private set; }

    /// <summary>The generator for the lists as they are now.</summary>
    public SignatureGenerator Current
    {
        get
        {
            lock (_lock)
            {
                if (_time.GetElapsedTime(_lookedAt) >= Pause)
                    LookAgain();

                return _current;
            }
        }
    }

    void LookAgain()
    {
        _lookedAt = _time.GetTimestamp();
        var stamp = Stamp();
        if (stamp == _stamp)
            return;

        _stamp = stamp;
        try
        {
            _current = Load();
            Problem = null;
        }
        catch (Exception e) when (e is SignatureListException or IOException)
        {
            Problem = e.Message;
        }
    }

    SignatureGenerator Load() =>
        new(SignatureLists.From([Layer.BuiltIn, .. _folders.Select(Layer.Read)]), _mode);

    /// <summary>Changes whenever a file does, without reading any.</summary>
    string Stamp() => string.Join('|',
        from folder in _folders
        from name in Layer.FileNames
        let file = new FileInfo(Path.Combine(folder, name))
        select file.Exists ? $"{file.LastWriteTimeUtc.Ticks}.{file.Length}" : "-");
}
