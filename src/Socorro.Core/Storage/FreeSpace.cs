using System.Globalization;

namespace Socorro.Storage;

/// <summary>The room on the disk of the data folder: crashes are refused before the databases have no room to move.</summary>
/// <param name="folder">The data folder.</param>
/// <param name="floor">Bytes that must stay free.</param>
public sealed class FreeSpace(string folder, long floor)
{
    /// <summary>Why nothing more should be stored now; null when there is room.</summary>
    public string? FindTrouble()
    {
        if (!Directory.Exists(folder))
            return $"the data folder {folder} is not there";

        var free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        return free < floor ? $"only {ToMegabytes(free)} are free, and {ToMegabytes(floor)} have to stay free" : null;
    }

    static string ToMegabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB");
}
