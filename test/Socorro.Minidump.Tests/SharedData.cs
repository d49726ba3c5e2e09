namespace Socorro.Minidumps.Tests;

/// <summary>
/// The conformance data beside the checkout (<c>../shared</c>). It does not ship with the project: a test that reads it
/// skips where it is missing.
/// </summary>
static class SharedData
{
    static readonly string Root = FindRoot();

    /// <summary>Where a file or folder of the data would be, for those who list cases.</summary>
    public static string Find(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>The full path of a file or folder of the data; skips the calling test when the data is not there.</summary>
    public static string Path(params string[] parts)
    {
        Assert.SkipUnless(Directory.Exists(Root), $"the conformance data is not at {Root}");
        return System.IO.Path.Combine([Root, .. parts]);
    }

    static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Socorro.slnx")))
                return System.IO.Path.GetFullPath(System.IO.Path.Combine(folder.FullName, "..", "shared"));
        }

        return "shared";
    }
}
