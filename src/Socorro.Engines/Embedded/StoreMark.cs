using System.Text;
using Socorro.Files;
using Socorro.Storage;

namespace Socorro.Engines.Embedded;

/// <summary>
/// The name of a store, which lies in its folder and in the data folder of everybody who brings crashes to it.
/// </summary>
sealed class StoreMark
{
    const string FileName = "store.id";

    readonly string _name;

    StoreMark(string name) => _name = name;

    /// <summary>Whether crashes of a data folder were brought to a store.</summary>
    public static bool IsIn(string dataFolder) => File.Exists(Path.Combine(dataFolder, FileName));

    /// <summary>The mark of the store that a data folder belongs to; on the first use the store has to be there.</summary>
    /// <exception cref="StorageRefusedException">The store is not there, and never was, or is the data folder itself.</exception>
    public static StoreMark Attach(string folder, string dataFolder)
    {
        RefuseSame(folder, dataFolder);
        if (Read(dataFolder) is { } known)
            return new(known);
        if (!Directory.Exists(folder))
            throw new StorageRefusedException($"The store {folder} is not there. Make the folder, or mount its disk, before its first use.");

        var name = Read(folder) ?? Write(folder, Guid.NewGuid().ToString());
        return new(Write(dataFolder, name));
    }

    /// <summary>Why a folder is not the store now; null when it is.</summary>
    public string? FindTrouble(string folder) => Read(folder) switch
    {
        null => $"there is no {FileName} in it",
        var name when name != _name => $"its {FileName} names another store than that of the data folder",
        _ => null,
    };

    // Crashes that were brought from a folder to the same folder would then be removed from it. Links and mounts give one
    // folder several names, so the names are not compared.
    static void RefuseSame(string folder, string dataFolder)
    {
        var name = $"same-{Guid.NewGuid():N}";
        var path = Path.Combine(dataFolder, name);
        File.Create(path).Dispose();
        var isSame = File.Exists(Path.Combine(folder, name));
        File.Delete(path);
        if (isSame)
            throw new StorageRefusedException($"The store {folder} is the data folder itself; leave --store out to keep crashes there.");
    }

    static string? Read(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, FileName)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static string Write(string folder, string name)
    {
        AtomicFile.Write(Path.Combine(folder, FileName), Encoding.UTF8.GetBytes(name + Environment.NewLine));
        return name;
    }
}
