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

    [Fact]
    public async Task Leases_what_was_published_before_the_clock_was_set_back()
    {
        await Queue.PublishAsync(Lane.Standard, NewIds(1), Cancel);
        Time.SetBack(TimeSpan.FromHours(1));
        Assert.Single(await Queue.LeaseAsync(1, Minute, Cancel));

        await Queue.PublishAsync(Lane.Standard, NewIds(1), Cancel);
        await Queue.DisposeAsync();
        await using var next = await OpenAsync();
        Assert.Equal(2, (await next.LeaseAsync(2, Minute, Cancel)).Count);
    }

    [Fact]
    public async Task Goes_on_by_the_time_that_passes_while_the_clock_is_behind_what_it_was()
    {
        await Queue.PublishAsync(Lane.Standard, NewIds(2), Cancel);
        var leases = await Queue.LeaseAsync(2, Minute, Cancel);
        Time.SetBack(TimeSpan.FromDays(1));
        await Queue.RetryAsync(leases[0], TimeSpan.FromSeconds(10), "again", Cancel);

        Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(await Queue.LeaseAsync(2, Minute, Cancel));
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(leases[0].Id, Assert.Single(await Queue.LeaseAsync(2, TimeSpan.FromHours(1), Cancel)).Id);
        Time.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(leases[1].Id, Assert.Single(await Queue.LeaseAsync(2, Minute, Cancel)).Id);
    }

    [Fact]
    public async Task Tries_again_after_a_restart_what_a_clock_that_ran_ahead_has_put_off()
    {
        await Queue.PublishAsync(Lane.Standard, NewIds(2), Cancel);
        var ahead = await Queue.LeaseAsync(2, Minute, Cancel);
        await Queue.RetryAsync(ahead[0], TimeSpan.FromSeconds(10), "again", Cancel);
        await Queue.DisposeAsync();
        Time.SetBack(TimeSpan.FromDays(1));
        await using var next = await OpenAsync();

        Assert.Equal(
            ahead.Select(lease => lease.Id).Order(),
            (await next.LeaseAsync(2, Minute, Cancel)).Select(lease => lease.Id).Order());
    }

    [Fact]
    public async Task Refuses_while_the_disk_is_full_and_recovers_by_itself()
    {
        using var disk = SmallDisk.Mount(_folder.Of("disk"), "1m");
        await using var queue = await SqliteCrashQueue.OpenAsync(
            Path.Combine(disk.Path, "queue.db"), _folder.Of("running"), Time, Cancel);
        var ids = NewIds(3000);
        await queue.PublishAsync(Lane.Standard, ids[..10], Cancel);
        var ballast = disk.FillUp();

        await Assert.ThrowsAsync<StorageRefusedException>(() => queue.PublishAsync(Lane.Standard, ids[10..], Cancel));
        Assert.Equal(10, (await queue.MeasureAsync(Cancel))[(int)Lane.Standard].Waiting);

        File.Delete(ballast);
        await queue.PublishAsync(Lane.Standard, ids[10..], Cancel);
        Assert.Equal(3000, (await queue.MeasureAsync(Cancel))[(int)Lane.Standard].Waiting);
    }

    protected override async Task<CrashQueue> OpenAsync() =>
        await SqliteCrashQueue.OpenAsync(_folder.Of("queue.db"), _folder.Of("running"), Time, Cancel);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
