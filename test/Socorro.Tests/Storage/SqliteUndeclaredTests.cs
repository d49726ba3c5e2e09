using Socorro.Engines.Embedded;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

public sealed class SqliteUndeclaredTests : UndeclaredAnnotationsContract
{
    protected override Task<Catalog> OpenAsync(string folder) =>
        Task.FromResult<Catalog>(new SqliteCatalog(Path.Combine(folder, "catalog.db")));
}
