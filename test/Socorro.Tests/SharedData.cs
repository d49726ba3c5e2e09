namespace Socorro.Tests;

/// <summary>
/// The conformance data beside the checkout (<c>../shared</c>). It does not ship with the project: a test that reads it
/// skips where it is missing.
/// </summary>
static class SharedData
{
    static readonly string Folder = System.IO.Path.GetFullPath(System.IO.Path.Combine(Checkout.Root, "..", "shared"));

    /// <summary>The full path of a file or folder of the data; skips the calling test when the data is not there.</summary>
    public static string Path(params string[] parts)
    {
        Assert.SkipUnless(Directory.Exists(Folder), $"the conformance data is not at {Folder}");
        return System.IO.Path.Combine([Folder, .. parts]);
    }
}
