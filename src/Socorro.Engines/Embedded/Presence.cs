using Socorro.Files;

namespace Socorro.Engines.Embedded;

/// <summary>
/// Tells which processes that share a data folder are alive: each holds the lock on a file of its own, which the system
/// takes from it when it dies, however it dies.
/// </summary>
sealed class Presence : IDisposable
{
    // Between making its file and locking it a process looks dead, so young files are left alone.
    static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    readonly string _folder;
    readonly FileStream _own;

    public Presence(string folder)
    {
        _folder = folder;
        DirectorySync.Create(folder);
        foreach (var path in Directory.EnumerateFiles(folder))
            RemoveIfDead(path);

        Name = Guid.NewGuid().ToString("N");
        _own = new(
            Path.Combine(folder, Name),
            FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
    }

    /// <summary>This process.</summary>
    public string Name { get; }

    public bool IsAlive(string name)
    {
        var path = Path.Combine(_folder, name);
        return name == Name || (File.Exists(path) && IsLocked(path));
    }

    public void Dispose() => _own.Dispose();

    static void RemoveIfDead(string path)
    {
        if (DateTime.UtcNow - File.GetCreationTimeUtc(path) > Grace && !IsLocked(path))
            File.Delete(path);
    }

    static bool IsLocked(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
