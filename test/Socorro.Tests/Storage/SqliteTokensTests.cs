using Socorro.Engines.Embedded;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

public sealed class SqliteTokensTests : TokenRegistryContract
{
    protected override Task<Catalog> OpenAsync(string folder) =>
        Task.FromResult<Catalog>(new SqliteCatalog(Path.Combine(folder, "catalog.db")));
}
