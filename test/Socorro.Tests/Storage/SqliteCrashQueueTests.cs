using Socorro.Engines.Embedded;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

public sealed class SqliteCrashQueueTests : CrashQueueContract
{
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Frees_the_leases_of_a_process_that_is_gone()
    {
        await Queue.PublishAsync(Lane.Standard, NewIds(1), Cancel);
        var lost = Assert.Single(await Queue.LeaseAsync(1, Minute, Cancel));
        await Queue.DisposeAsync();
        await using var next = await OpenAsync();

        var lease = Assert.Single(await next.LeaseAsync(1, Minute, Cancel));
        Assert.Equal((lost.Id, 2), (lease.Id, lease.Attempt));
    }

    [Fact]
    public async Task Leaves_the_leases_of_another_process_that_is_alive()
    {
        await Queue.PublishAsync(Lane.Standard, NewIds(1), Cancel);
        var lease = Assert.Single(await Queue.LeaseAsync(1, Minute, Cancel));
        await using var other = await OpenAsync();

        Assert.Empty(await other.LeaseAsync(1, Minute, Cancel));
        Assert.True(await Queue.ExtendAsync(lease, Minute, Cancel));
    }

    [Fact]
    public async Task Notices_within_a_second_what_another_process_publishes()
    {
        await using var other = await OpenAsync();
        var waiting = Queue.WaitAsync(Minute, Cancel);
        await other.PublishAsync(Lane.Standard, NewIds(1), Cancel);

        Time.Advance(TimeSpan.FromSeconds(1));

        await waiting.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
    }

    protected override async Task<CrashQueue> OpenAsync() =>
        await SqliteCrashQueue.OpenAsync(_folder.Of("queue.db"), _folder.Of("running"), Time, Cancel);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
