using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Socorro.Crashes;
using Socorro.Engines.Embedded;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

/// <summary>The loop, with the handover of a server that keeps crashes where it accepts them.</summary>
public sealed class CrashMoverTests : IAsyncLifetime
{
    readonly TemporaryFolder _folder = new();
    readonly FakeTimeProvider _time = new(Crash.Noon);
    readonly CancellationTokenSource _stop = new();
    EmbeddedEngines _engines = null!; // opened before each test

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _engines = await EmbeddedEngines.OpenAsync(_folder.Path, _time, NullLoggerFactory.Instance, Cancel);

    public async ValueTask DisposeAsync()
    {
        await _engines.DisposeAsync();
        _stop.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Moves_what_is_stored_before_and_while_it_runs()
    {
        var first = await StoreAsync();
        var moving = NewMover(_engines.Queue).RunAsync(_stop.Token);
        Assert.Equal([first], await LeasedAsync(1));

        var second = await StoreAsync();
        Assert.Equal([second], await LeasedAsync(1));

        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => moving);
    }

    [Fact]
    public async Task Publishes_again_when_the_confirmation_was_lost_and_the_crash_stays_queued_once()
    {
        var id = await StoreAsync();
        await _engines.Queue.PublishAsync(Lane.Standard, [id], Cancel);

        var moving = NewMover(_engines.Queue).RunAsync(_stop.Token);
        var next = await StoreAsync();

        Assert.Equal([id, next], await LeasedAsync(2));
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => moving);
    }

    [Fact]
    public async Task Waits_longer_after_each_failure_and_says_why()
    {
        var id = await StoreAsync();
        await using var queue = FailingQueue(7);
        var time = new RecordingTime();
        var mover = new CrashMover(
            _engines.Store, new QueueHandover(_engines.Store, queue), time, NullLogger<CrashMover>.Instance);
        var moving = mover.RunAsync(_stop.Token);

        foreach (var seconds in new[] { 10, 30, 60, 120, 300, 300, 300 })
        {
            Assert.Equal(TimeSpan.FromSeconds(seconds), await time.Delays.ReadAsync(Cancel));
            Assert.Equal("The engine is away", mover.Trouble);
            time.Advance(TimeSpan.FromSeconds(seconds));
        }

        Assert.Equal([id], await LeasedAsync(1));
        await Until(() => mover.Trouble is null);
        Assert.Equal((7, 1, "The engine is away"), (mover.Failures, mover.Moved, mover.LastError?.Reason));
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => moving);
    }

    [Fact]
    public async Task Stops_at_once_while_it_waits_after_a_failure()
    {
        await StoreAsync();
        await using var queue = FailingQueue(1);
        var mover = NewMover(queue);
        var moving = mover.RunAsync(_stop.Token);
        await Until(() => mover.Trouble is not null);

        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => moving.WaitAsync(TimeSpan.FromSeconds(1), Cancel));
    }

    CrashMover NewMover(CrashQueue queue) =>
        new(_engines.Store, new QueueHandover(_engines.Store, queue), _time, NullLogger<CrashMover>.Instance);

    FaultyQueue FailingQueue(int failures) =>
        new(_engines.Queue, new() { Plan = _ => failures-- > 0 ? Fault.Before : Fault.None });

    async Task<CrashId> StoreAsync()
    {
        using var crash = Crash.Small();
        await _engines.Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        return crash.Id;
    }

    async Task<List<CrashId>> LeasedAsync(int count)
    {
        var ids = new List<CrashId>();
        await Until(async () =>
        {
            var leases = await _engines.Queue.LeaseAsync(10, TimeSpan.FromHours(1), Cancel);
            ids.AddRange(leases.Select(lease => lease.Id));
            return ids.Count >= count;
        });
        return ids;
    }

    static Task Until(Func<bool> holds) => Until(() => Task.FromResult(holds()));

    static async Task Until(Func<Task<bool>> holds)
    {
        for (var tries = 0; !await holds(); tries++)
        {
            Assert.True(tries < 1000, "it did not happen within ten seconds");
            await Task.Delay(10, Cancel);
        }
    }
}
