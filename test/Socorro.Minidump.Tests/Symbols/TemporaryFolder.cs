namespace Socorro.Minidumps.Tests.Symbols;

/// <summary>A folder that is gone when the test is over.</summary>
sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("socorro-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
