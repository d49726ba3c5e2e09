namespace Socorro.Engines.Embedded;

/// <summary>The SQL scripts beside the code, embedded in the assembly.</summary>
static class SqlResource
{
    const string Prefix = "Socorro.Engines.Embedded.Sql.";

    /// <param name="name">A file name under the Sql folder, with dots for slashes.</param>
    public static string Read(string name)
    {
        var assembly = typeof(SqlResource).Assembly;
        using var stream = assembly.GetManifestResourceStream(Prefix + name)
            ?? throw new InvalidOperationException($"The script {name} is not in {assembly.GetName().Name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
