using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

/// <summary>What every crash queue does. An engine's test class inherits it and says how to open the engine.</summary>
public abstract class CrashQueueContract : IAsyncLifetime
{
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected WallClock Time { get; } = new(Crash.Noon);

    protected CrashQueue Queue { get; private set; } = null!; // set before each test

    /// <summary>Opens the engine on the same data each time it is called in one test.</summary>
    protected abstract Task<CrashQueue> OpenAsync();

    public virtual async ValueTask InitializeAsync() => Queue = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await Queue.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Leases_the_most_urgent_lane_first_and_the_oldest_in_it()
    {
        var ids = NewIds(6);
        await Queue.PublishAsync(Lane.Reprocessing, [ids[0]], Cancel);
        await Queue.PublishAsync(Lane.Standard, [ids[1], ids[2]], Cancel);
        await Queue.PublishAsync(Lane.Priority, [ids[3]], Cancel);
        await Queue.PublishAsync(Lane.Standard, [ids[4]], Cancel);
        await Queue.PublishAsync(Lane.Priority, [ids[5]], Cancel);

        Assert.Equal([ids[3], ids[5], ids[1]], await Leased(3));
        Assert.Equal([ids[2], ids[4], ids[0]], await Leased(10));
    }

    [Fact]
    public async Task Says_what_a_lease_is_for()
    {
        var ids = NewIds(2);
        await Queue.PublishAsync(Lane.Standard, [ids[0]], Cancel);
        await Queue.PublishAsync(Lane.Reprocessing, [ids[1]], Cancel);

        var leases = await Queue.LeaseAsync(2, Minute, Cancel);

        Assert.Equal((ids[0], Lane.Standard, 1, false), Facts(leases[0]));
        Assert.Equal((ids[1], Lane.Reprocessing, 1, true), Facts(leases[1]));
    }

    [Fact]
    public async Task Says_why_a_crash_is_processed_again_as_far_as_somebody_said()
    {
        var ids = NewIds(2);
        await Queue.PublishAsync(Lane.Reprocessing, ids, "the first reason", Cancel);
        await Queue.PublishAsync(Lane.Reprocessing, [ids[0]], "the second reason", Cancel);
        await Queue.PublishAsync(Lane.Priority, [ids[0]], Cancel);
        await Queue.PublishAsync(Lane.Standard, NewIds(1), Cancel);

        var leases = await Queue.LeaseAsync(3, Minute, Cancel);

        Assert.Equal(["the second reason", null, "the first reason"], leases.Select(lease => lease.Why));
    }

    [Fact]
    public async Task Leases_nothing_when_nothing_waits()
    {
        Assert.Empty(await Queue.LeaseAsync(5, Minute, Cancel));
        await Queue.PublishAsync(Lane.Standard, [], Cancel);
        Assert.Empty(await Queue.LeaseAsync(5, Minute, Cancel));
    }

    [Fact]
    public async Task Holds_a_crash_at_most_once()
    {
        var id = NewIds(1)[0];
        await Queue.PublishAsync(Lane.Standard, [id, id], Cancel);
        await Queue.PublishAsync(Lane.Standard, [id], Cancel);
        await Queue.PublishAsync(Lane.Reprocessing, [id], Cancel);

        var lease = Assert.Single(await Queue.LeaseAsync(10, Minute, Cancel));
        Assert.Equal(Lane.Standard, lease.Lane);
        Assert.True(lease.IsReprocessing);
    }

    [Fact]
    public async Task Moves_a_waiting_crash_to_a_more_urgent_lane_and_never_back()
    {
        var ids = NewIds(3);
        await Queue.PublishAsync(Lane.Standard, ids, Cancel);
        await Queue.PublishAsync(Lane.Priority, [ids[2]], Cancel);
        await Queue.PublishAsync(Lane.Standard, [ids[2]], Cancel);

        Assert.Equal([ids[2], ids[0], ids[1]], await Leased(10));
    }

    [Fact]
    public async Task Leaves_a_leased_crash_with_its_worker()
    {
        var lease = await PublishAndLease();
        await Queue.PublishAsync(Lane.Standard, [lease.Id], Cancel);
        await Queue.PublishAsync(Lane.Priority, [lease.Id], Cancel);
        Assert.Empty(await Queue.LeaseAsync(10, Minute, Cancel));

        await Queue.CompleteAsync([lease], Cancel);
        Assert.Empty(await Queue.LeaseAsync(10, Minute, Cancel));
    }

    [Fact]
    public async Task Takes_a_crash_from_its_worker_when_it_shall_be_processed_again()
    {
        var old = await PublishAndLease();
        await Queue.PublishAsync(Lane.Reprocessing, [old.Id], Cancel);

        Assert.False(await Queue.ExtendAsync(old, Minute, Cancel));
        await Queue.CompleteAsync([old], Cancel);
        Assert.True(Assert.Single(await Queue.LeaseAsync(10, Minute, Cancel)).IsReprocessing);
    }

    [Fact]
    public async Task Forgets_what_is_completed()
    {
        var lease = await PublishAndLease();
        await Queue.CompleteAsync([lease], Cancel);
        Time.Advance(Minute * 2);

        Assert.Empty(await Queue.LeaseAsync(10, Minute, Cancel));
        Assert.All(await Queue.MeasureAsync(Cancel), depth => Assert.Equal((0, 0), (depth.Waiting, depth.Leased)));
    }

    [Fact]
    public async Task Hands_a_crash_out_again_when_its_lease_runs_out()
    {
        var lease = await PublishAndLease();
        Time.Advance(Minute - TimeSpan.FromMilliseconds(1));
        Assert.Empty(await Queue.LeaseAsync(10, Minute, Cancel));

        Time.Advance(TimeSpan.FromMilliseconds(1));
        var next = Assert.Single(await Queue.LeaseAsync(10, Minute, Cancel));

        Assert.Equal((lease.Id, 2), (next.Id, next.Attempt));
        Assert.NotEqual(lease.Token, next.Token);
    }

    [Fact]
    public async Task Passes_over_what_the_worker_of_a_lost_lease_says()
    {
        var lost = await PublishAndLease();
        Time.Advance(Minute);
        var held = Assert.Single(await Queue.LeaseAsync(10, Minute, Cancel));

        await Queue.CompleteAsync([lost], Cancel);
        await Queue.RetryAsync(lost, TimeSpan.Zero, "late", Cancel);
        await Queue.ParkAsync(lost, "late", Cancel);
        Assert.False(await Queue.ExtendAsync(lost, Minute, Cancel));

        Assert.True(await Queue.ExtendAsync(held, Minute, Cancel));
        Assert.Equal(1, (await Queue.MeasureAsync(Cancel))[(int)Lane.Standard].Leased);
        Assert.Empty(await Queue.ListParkedAsync(10, Cancel));
    }

    [Fact]
    public async Task Keeps_an_extended_lease()
    {
        var lease = await PublishAndLease();
        Time.Advance(Minute / 2);
        Assert.True(await Queue.ExtendAsync(lease, Minute, Cancel));
        Time.Advance(Minute / 2);

        Assert.Empty(await Queue.LeaseAsync(10, Minute, Cancel));
    }

    [Fact]
    public async Task Tries_again_after_the_delay_and_serves_others_meanwhile()
    {
        var failed = await PublishAndLease();
        await Queue.RetryAsync(failed, Minute, "no symbols", Cancel);
        var other = NewIds(1)[0];
        await Queue.PublishAsync(Lane.Standard, [other], Cancel);
        Assert.Equal([other], await Leased(10));

        Time.Advance(Minute);
        var leases = await Queue.LeaseAsync(10, Minute, Cancel);
        Assert.Contains(leases, lease => lease.Id == failed.Id && lease.Attempt == 2);
    }

    [Fact]
    public async Task Does_not_let_a_reader_wait_for_the_delay_of_a_retry()
    {
        var failed = await PublishAndLease();
        await Queue.RetryAsync(failed, Minute, "no symbols", Cancel);
        await Queue.PublishAsync(Lane.Priority, [failed.Id], Cancel);

        Assert.Equal([failed.Id], await Leased(10));
    }

    [Fact]
    public async Task Sets_a_parked_crash_aside_with_its_error()
    {
        var lease = await PublishAndLease();
        await Queue.ParkAsync(lease, "the walker gave up", Cancel);
        Time.Advance(Minute * 60);

        Assert.Empty(await Queue.LeaseAsync(10, Minute, Cancel));
        Assert.Equal(
            [new ParkedCrash(lease.Id, 1, "the walker gave up", Crash.Noon)], await Queue.ListParkedAsync(10, Cancel));
        Assert.All(await Queue.MeasureAsync(Cancel), depth => Assert.Equal(0, depth.Waiting));
    }

    [Fact]
    public async Task Starts_a_parked_crash_afresh_when_it_is_published()
    {
        var lease = await PublishAndLease();
        await Queue.ParkAsync(lease, "the walker gave up", Cancel);
        await Queue.PublishAsync(Lane.Priority, [lease.Id], Cancel);

        Assert.Empty(await Queue.ListParkedAsync(10, Cancel));
        Assert.Equal(1, Assert.Single(await Queue.LeaseAsync(10, Minute, Cancel)).Attempt);
    }

    [Fact]
    public async Task Measures_each_lane()
    {
        await Queue.PublishAsync(Lane.Standard, NewIds(3), Cancel);
        Time.Advance(Minute);
        await Queue.PublishAsync(Lane.Reprocessing, NewIds(2), Cancel);
        await Queue.LeaseAsync(1, Minute, Cancel);

        Assert.Equal(
            [
                new(Lane.Priority, 0, 0, null),
                new(Lane.Standard, 2, 1, Crash.Noon),
                new(Lane.Reprocessing, 2, 0, Crash.Noon + Minute),
            ],
            await Queue.MeasureAsync(Cancel));
    }

    [Fact]
    public async Task Wakes_for_a_crash_that_was_published_before_the_wait()
    {
        await Queue.PublishAsync(Lane.Standard, NewIds(1), Cancel);

        await Queue.WaitAsync(Minute, Cancel).WaitAsync(TimeSpan.FromSeconds(10), Cancel);
    }

    [Fact]
    public async Task Wakes_for_a_crash_that_is_published_during_the_wait()
    {
        var waiting = Queue.WaitAsync(Minute, Cancel);
        Assert.False(waiting.IsCompleted);

        await Queue.PublishAsync(Lane.Standard, NewIds(1), Cancel);

        await waiting.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
    }

    [Fact]
    public async Task Ends_the_wait_when_the_time_is_over()
    {
        var waiting = Queue.WaitAsync(Minute, Cancel);
        for (var second = 0; second < 60; second++)
            Time.Advance(TimeSpan.FromSeconds(1));

        await waiting.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
    }

    [Fact]
    public async Task Wakes_when_the_delay_of_a_retry_ends()
    {
        var lease = await PublishAndLease();
        await Queue.RetryAsync(lease, TimeSpan.FromSeconds(5), "later", Cancel);
        var waiting = Queue.WaitAsync(Minute, Cancel);
        Assert.False(waiting.IsCompleted);

        while (!waiting.IsCompleted && Time.GetUtcNow() < Crash.Noon + TimeSpan.FromSeconds(10))
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(waiting, Task.Delay(20, Cancel));
        }

        await waiting.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        Assert.Single(await Queue.LeaseAsync(10, Minute, Cancel));
    }

    [Fact]
    public async Task Sets_aside_a_crash_that_was_never_handed_out()
    {
        var ids = NewIds(2);
        await Queue.PublishAsync(Lane.Standard, [ids[0]], Cancel);
        await Queue.SetAsideAsync(ids[0], "first", Cancel);
        await Queue.SetAsideAsync(ids[1], "second", Cancel);
        await Queue.SetAsideAsync(ids[1], "still", Cancel);

        Assert.Empty(await Leased(10));
        Assert.Equal(
            [(ids[1], "still"), (ids[0], "first")],
            (await Queue.ListParkedAsync(10, Cancel)).Select(parked => (parked.Id, parked.Error)));

        await Queue.PublishAsync(Lane.Priority, [ids[1]], Cancel);
        Assert.Equal([ids[1]], await Leased(10));
    }

    [Fact]
    public async Task Leaves_a_crash_to_its_worker_when_it_shall_be_set_aside()
    {
        var lease = await PublishAndLease();

        await Queue.SetAsideAsync(lease.Id, "broken", Cancel);

        Assert.Empty(await Queue.ListParkedAsync(10, Cancel));
        Assert.True(await Queue.ExtendAsync(lease, Minute, Cancel));
    }

    [Fact]
    public async Task Finds_the_crashes_that_it_does_not_hold()
    {
        var ids = NewIds(1203);
        await Queue.PublishAsync(Lane.Standard, ids[..3], Cancel);
        var leases = await Queue.LeaseAsync(2, Minute, Cancel);
        await Queue.ParkAsync(leases[1], "broken", Cancel);

        Assert.Equal(ids[3..], await Queue.FindAbsentAsync(ids, Cancel));
        await Queue.CompleteAsync([leases[0]], Cancel);
        Assert.Equal([ids[0]], await Queue.FindAbsentAsync(ids[..3], Cancel));
        Assert.Empty(await Queue.FindAbsentAsync([], Cancel));
    }

    [Fact]
    public async Task Keeps_everything_over_a_restart()
    {
        var ids = NewIds(3);
        await Queue.PublishAsync(Lane.Standard, ids, Cancel);
        var leases = await Queue.LeaseAsync(2, Minute, Cancel);
        await Queue.ParkAsync(leases[0], "broken", Cancel);
        await Queue.DisposeAsync();
        Queue = await OpenAsync();

        Assert.Equal(ids[0], Assert.Single(await Queue.ListParkedAsync(10, Cancel)).Id);
        Time.Advance(Minute);
        Assert.Equal(ids[1..].Order(), (await Leased(10)).Order());
    }

    [Fact]
    public async Task Gives_a_crash_to_one_of_many_workers()
    {
        var ids = NewIds(200);
        await Queue.PublishAsync(Lane.Standard, ids, Cancel);

        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(WorkAsync, Cancel)));

        Assert.Equal(ids.Order(), taken.SelectMany(of => of).Order());
    }

    protected static List<CrashId> NewIds(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => CrashId.Create(Crash.Noon))];

    protected async Task<List<CrashId>> Leased(int most) =>
        [.. (await Queue.LeaseAsync(most, Minute, Cancel)).Select(lease => lease.Id)];

    static (CrashId Id, Lane Lane, int Attempt, bool IsReprocessing) Facts(Lease lease) =>
        (lease.Id, lease.Lane, lease.Attempt, lease.IsReprocessing);

    async Task<Lease> PublishAndLease()
    {
        await Queue.PublishAsync(Lane.Standard, NewIds(1), Cancel);
        return Assert.Single(await Queue.LeaseAsync(1, Minute, Cancel));
    }

    async Task<List<CrashId>> WorkAsync()
    {
        var done = new List<CrashId>();
        while (await Queue.LeaseAsync(3, Minute, Cancel) is { Count: > 0 } leases)
        {
            done.AddRange(leases.Select(lease => lease.Id));
            await Queue.CompleteAsync(leases, Cancel);
        }

        return done;
    }
}
