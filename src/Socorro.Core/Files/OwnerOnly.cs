namespace Socorro.Files;

/// <summary>
/// Makes files and folders that other users of the machine can't look into: crashes are nobody else's business, and
/// whoever can open the files needs no token. What is there already keeps its mode.
/// </summary>
public static class OwnerOnly
{
    const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, ReadWrite | UnixFileMode.UserExecute);
    }

    /// <summary>An empty file, which SQLite takes for an empty database; its logs get the mode of their database.</summary>
    public static void CreateFile(string path)
    {
        // Closing a file takes from this whole process the locks that SQLite holds on it.
        if (File.Exists(path))
            return;

        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = ReadWrite;

        using var _ = new FileStream(path, options);
    }
}
