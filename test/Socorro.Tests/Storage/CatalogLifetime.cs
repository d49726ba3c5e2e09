using Socorro.Storage;

namespace Socorro.Tests.Storage;

/// <summary>
/// A catalog in a folder of its own for each test. Each part of the catalog has a contract; an engine's test class inherits
/// the contract and says how to open the engine.
/// </summary>
public abstract class CatalogLifetime : IAsyncLifetime
{
    readonly TemporaryFolder _folder = new();

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected Catalog Catalog { get; private set; } = null!; // set before each test

    /// <summary>Opens the engine on the data in a folder.</summary>
    protected abstract Task<Catalog> OpenAsync(string folder);

    /// <summary>Opens the engine on the same data each time it is called in one test.</summary>
    protected Task<Catalog> OpenAsync() => OpenAsync(_folder.Path);

    protected async Task ReopenAsync()
    {
        await Catalog.DisposeAsync();
        Catalog = await OpenAsync();
    }

    public async ValueTask InitializeAsync() => Catalog = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await Catalog.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
