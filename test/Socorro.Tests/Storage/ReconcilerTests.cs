using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Socorro.Crashes;
using Socorro.Engines.Embedded;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

public sealed class ReconcilerTests : IAsyncLifetime
{
    readonly TemporaryFolder _folder = new();
    readonly FakeTimeProvider _time = new(Crash.Noon);
    EmbeddedEngines _engines = null!; // opened before each test

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _engines = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _engines.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Queues_what_a_deleted_queue_has_forgotten()
    {
        var ids = new List<CrashId>();
        foreach (var days in new[] { -400, -3, 0 })
            ids.Add(await StoreAsync(Crash.Noon.AddDays(days)));
        var processed = await StoreAsync(Crash.Noon);
        await _engines.Store.PutProcessedAsync(new(processed, "{}"u8.ToArray()), Cancel);
        await _engines.Queue.PublishAsync(Lane.Standard, ids, Cancel);
        await _engines.DisposeAsync();
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "queue.db*"))
            File.Delete(file);
        _engines = await OpenAsync();

        var found = await ReconcileAsync();

        Assert.Equal((3, 3, 3, null), (found.Days, found.Unprocessed, found.Queued, found.Error));
        Assert.Equal(ids.Order(), found.Examples.Order());
        Assert.Equal(ids.Order(), (await LeasedAsync()).Order());
    }

    [Fact]
    public async Task Leaves_alone_what_waits_or_has_a_worker_or_is_parked()
    {
        var ids = new List<CrashId>();
        for (var i = 0; i < 3; i++)
            ids.Add(await StoreAsync(Crash.Noon));
        await _engines.Queue.PublishAsync(Lane.Standard, ids, Cancel);
        var leases = await _engines.Queue.LeaseAsync(2, TimeSpan.FromMinutes(1), Cancel);
        await _engines.Queue.ParkAsync(leases[1], "broken", Cancel);

        var found = await ReconcileAsync();

        Assert.Equal((3, 0), (found.Unprocessed, found.Queued));
        Assert.Equal("broken", Assert.Single(await _engines.Queue.ListParkedAsync(10, Cancel)).Error);
    }

    [Fact]
    public async Task Names_the_first_of_many()
    {
        for (var i = 0; i < 30; i++)
            await StoreAsync(Crash.Noon);

        var found = await ReconcileAsync();

        Assert.Equal((30, 20), (found.Queued, found.Examples.Count));
        Assert.Equal(30, (await LeasedAsync()).Count);
    }

    [Fact]
    public async Task Goes_on_past_a_day_that_is_damaged_and_says_so()
    {
        await StoreAsync(Crash.Noon);
        var readable = await StoreAsync(Crash.Noon.AddDays(-1));
        await _engines.DisposeAsync();
        await File.WriteAllTextAsync(_folder.Of("crashes/2026-11-24.db"), "not a database", Cancel);
        _engines = await OpenAsync();

        var found = await ReconcileAsync();

        Assert.Equal([readable], await LeasedAsync());
        Assert.Contains("2026-11-24.db", found.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Looks_at_all_days_when_it_starts_and_at_the_newest_every_hour()
    {
        var reconciler = NewReconciler();
        await StoreAsync(Crash.Noon.AddDays(-9));
        await StoreAsync(Crash.Noon.AddDays(-8));
        await StoreAsync(Crash.Noon);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var running = reconciler.RunAsync(stop.Token);

        Assert.Equal(3, (await NextPassAsync(reconciler, TimeSpan.FromMilliseconds(50))).Queued);
        var again = await StoreAsync(Crash.Noon);
        var found = await NextPassAsync(reconciler, TimeSpan.FromHours(1));
        Assert.Equal((2, 1), (found.Days, found.Queued));
        Assert.Equal([again], found.Examples);
        Assert.Equal(4, reconciler.Queued);

        for (var hour = 0; hour < 30 && found.Days == 2; hour++)
            found = await NextPassAsync(reconciler, TimeSpan.FromHours(1));
        Assert.Equal(3, found.Days);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    async Task<Reconciliation> NextPassAsync(Reconciler reconciler, TimeSpan step)
    {
        var last = reconciler.Last;
        for (var tries = 0; reconciler.Last == last; tries++)
        {
            Assert.True(tries < 1000, "no pass within ten seconds");
            _time.Advance(tries == 0 ? step : TimeSpan.FromMilliseconds(50));
            await Task.Delay(10, Cancel);
        }

        return reconciler.Last!;
    }

    Task<Reconciliation> ReconcileAsync() => NewReconciler().ReconcileAsync(int.MaxValue, TimeSpan.Zero, Cancel);

    Reconciler NewReconciler() => new(_engines.Store, _engines.Queue, _time, NullLogger<Reconciler>.Instance);

    /// <summary>Stores a crash and says that it was queued, though it was not.</summary>
    async Task<CrashId> StoreAsync(DateTimeOffset at)
    {
        using var crash = Crash.Small(at);
        await _engines.Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        await _engines.Store.ConfirmQueuedAsync([crash.Id], Cancel);
        return crash.Id;
    }

    async Task<List<CrashId>> LeasedAsync() =>
        [.. (await _engines.Queue.LeaseAsync(100, TimeSpan.FromMinutes(1), Cancel)).Select(lease => lease.Id)];

    Task<EmbeddedEngines> OpenAsync() =>
        EmbeddedEngines.OpenAsync(_folder.Path, _time, NullLoggerFactory.Instance, Cancel);
}
