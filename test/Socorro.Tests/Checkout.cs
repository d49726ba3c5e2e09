namespace Socorro.Tests;

/// <summary>The checkout that the tests were built from.</summary>
static class Checkout
{
    /// <summary>The folder of Socorro.slnx.</summary>
    public static string Root { get; } = FindRoot();

    static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Socorro.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside a checkout of Socorro");
    }
}
