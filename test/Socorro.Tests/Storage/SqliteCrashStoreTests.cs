using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Engines.Embedded;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

public sealed class SqliteCrashStoreTests : CrashStoreContract
{
    readonly TemporaryFolder _folder = new();

    protected override Task<CrashStore> OpenAsync() => Task.FromResult<CrashStore>(
        new SqliteCrashStore(_folder.Of("crashes"), TimeProvider.System, NullLogger<SqliteCrashStore>.Instance));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
