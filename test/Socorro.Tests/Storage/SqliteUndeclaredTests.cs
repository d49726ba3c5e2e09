using Socorro.Engines.Embedded;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

public sealed class SqliteUndeclaredTests : UndeclaredAnnotationsContract
{
    readonly TemporaryFolder _folder = new();

    protected override Task<Catalog> OpenAsync() =>
        Task.FromResult<Catalog>(new SqliteCatalog(_folder.Of("catalog.db")));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
