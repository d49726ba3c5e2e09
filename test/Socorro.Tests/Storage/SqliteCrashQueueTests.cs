using Socorro.Engines.Embedded;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

public sealed class SqliteCrashQueueTests : CrashQueueContract
{
    readonly TemporaryFolder _folder = new();

    protected override Task<CrashQueue> OpenAsync() =>
        Task.FromResult<CrashQueue>(new SqliteCrashQueue(_folder.Of("queue.db"), Time));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
