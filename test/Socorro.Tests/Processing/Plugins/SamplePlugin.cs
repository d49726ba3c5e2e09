using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Socorro.Tests.Processing.Plugins;

/// <summary>The built plug-in of samples/GameRules, copied into a folder of plug-ins.</summary>
static class SamplePlugin
{
    public const string Assembly = "GameRules.dll";

    /// <summary>Copies it to a sub-folder, which is returned.</summary>
    public static string CopyTo(string plugins, string name = "GameRules")
    {
        // Beside our own output, in the same configuration.
        var tests = new DirectoryInfo(AppContext.BaseDirectory);
        var built = Path.Combine(tests.Parent!.Parent!.FullName, "GameRules", tests.Name);
        var folder = Directory.CreateDirectory(Path.Combine(plugins, name)).FullName;
        foreach (var file in Directory.EnumerateFiles(built))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));

        return folder;
    }

    /// <summary>Makes an assembly refer to another version of the contract than it was built with.</summary>
    public static void SetContractVersion(string file, int major, int minor)
    {
        var bytes = File.ReadAllBytes(file);
        using (var image = new PEReader(new MemoryStream(bytes)))
        {
            var reader = image.GetMetadataReader();
            var contract = reader.AssemblyReferences.Single(
                handle => reader.GetString(reader.GetAssemblyReference(handle).Name) == "Socorro.Plugins");
            var row = image.PEHeaders.MetadataStartOffset
                + reader.GetTableMetadataOffset(TableIndex.AssemblyRef)
                + ((MetadataTokens.GetRowNumber(contract) - 1) * reader.GetTableRowSize(TableIndex.AssemblyRef));
            // ECMA-335 II.22.5: the row begins with the version's four numbers of 16 bits.
            bytes[row] = (byte)major;
            bytes[row + 2] = (byte)minor;
        }

        File.WriteAllBytes(file, bytes);
    }
}
