using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Socorro.Files;

/// <summary>
/// Makes the names in a folder durable. A file whose bytes were synced can still vanish with the power when the entry
/// that names it was not (fsync(2) of Linux says so). Other systems do this with the file.
/// </summary>
public static class DirectorySync
{
    const int ReadOnlyDirectory = 0x80000 | 0x10000; // O_CLOEXEC | O_DIRECTORY of Linux

    /// <summary>Makes a folder and those above it that are missing, each with a durable name.</summary>
    /// <param name="folder">Left as it is when it is there.</param>
    /// <param name="isPrivate">Whether only the owner may look into what is made.</param>
    /// <exception cref="IOException">A folder could not be made or synced.</exception>
    public static void Create(string folder, bool isPrivate = true)
    {
        var full = Path.GetFullPath(folder);
        if (Directory.Exists(full))
            return;

        var parent = Path.GetDirectoryName(full) ?? full;
        Create(parent, isPrivate);
        if (isPrivate)
            OwnerOnly.CreateFolder(full);
        else
            Directory.CreateDirectory(full);

        Flush(parent);
    }

    /// <exception cref="IOException">The folder could not be synced.</exception>
    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return;

        var descriptor = open(Encoding.UTF8.GetBytes(folder + '\0'), ReadOnlyDirectory);
        if (descriptor < 0)
            throw Failed(folder);

        var result = fsync(descriptor);
        var failure = result < 0 ? Failed(folder) : null;
        _ = close(descriptor);
        if (failure is not null)
            throw failure;
    }

    static IOException Failed(string folder) =>
        new($"Cannot sync the folder {folder}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

#pragma warning disable IDE1006, SYSLIB1054 // C names; the generated alternative needs unsafe code in the whole project
    [DllImport("libc", SetLastError = true)]
    static extern int open(byte[] path, int flags);

    [DllImport("libc", SetLastError = true)]
    static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    static extern int close(int descriptor);
#pragma warning restore IDE1006, SYSLIB1054
}
