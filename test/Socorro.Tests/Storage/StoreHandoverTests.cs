using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Socorro.Crashes;
using Socorro.Engines.Embedded;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

/// <summary>Bringing crashes to another store, over real engines whose lines fail.</summary>
public sealed class StoreHandoverTests : IAsyncLifetime
{
    readonly TemporaryFolder _folder = new();
    readonly FakeTimeProvider _time = new(Crash.Noon);
    readonly Faults _faults = new();
    readonly List<Crash> _crashes = [];
    EmbeddedEngines _engines = null!; // opened before each test
    FaultyStore _keeping = null!;
    FaultyQueue _queue = null!;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    CrashStore Accepting => _engines.Accepting;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder.Of("store"));
        _engines = await EmbeddedEngines.OpenAsync(
            _folder.Of("data"), _folder.Of("store"), _time, NullLoggerFactory.Instance, Cancel);
        _keeping = new(_engines.Keeping!, _faults);
        _queue = new(_engines.Queue, _faults);
    }

    public async ValueTask DisposeAsync()
    {
        _crashes.ForEach(crash => crash.Dispose());
        await _engines.DisposeAsync();
        _folder.Dispose();
    }

    public static TheoryData<string> Outages => ["away", "failing half its calls", "losing half its answers", "both"];

    [Theory]
    [MemberData(nameof(Outages))]
    public async Task Every_crash_arrives_in_order_and_once_whatever_the_store_and_the_queue_do(string outage)
    {
        var random = new Random(2026);
        var back = Crash.Noon.AddHours(3);
        _faults.Plan = _ => outage switch
        {
            "away" => _time.GetUtcNow() < back ? Fault.Before : Fault.None,
            "failing half its calls" => random.Next(2) == 0 ? Fault.Before : Fault.None,
            "losing half its answers" => random.Next(2) == 0 ? Fault.After : Fault.None,
            _ => random.Next(4) switch { 0 => Fault.Before, 1 => Fault.After, _ => Fault.None },
        };
        for (var i = 0; i < 6; i++)
            await AcceptAsync();
        var moving = NewMover().RunAsync(Cancel);
        for (var i = 0; i < 6; i++)
            await AcceptAsync();

        await EmptyAsync();

        await AssertAllArrivedAsync();
        Assert.False(moving.IsCompleted);
    }

    [Fact]
    public async Task Every_crash_arrives_in_order_and_once_though_each_call_of_any_engine_fails_in_turn()
    {
        var accepting = new FaultyStore(Accepting, _faults);
        for (var at = 1; at < 60; at++)
        {
            foreach (var fault in new[] { Fault.Before, Fault.After })
            {
                var calls = 0;
                _faults.Plan = _ => ++calls == at ? fault : Fault.None;
                await AcceptAsync();
                await AcceptAsync();
                var handover = NewHandover(accepting);
                await Record.ExceptionAsync(() => PassAsync(accepting, handover));

                // The process died there, and another one begins.
                _faults.Plan = _ => Fault.None;
                if ((await Accepting.MeasureUnqueuedAsync(Cancel)).Waiting > 0)
                    await PassAsync(accepting, NewHandover(accepting));
                else if (calls < at)
                    at = 60;
            }
        }

        await AssertAllArrivedAsync();
    }

    [Fact]
    public async Task Accepting_does_not_wait_for_a_store_that_hangs()
    {
        var hanging = new FaultyStore(_engines.Keeping!, new() { Delay = _ => Task.Delay(Timeout.Infinite, Cancel) });
        var mover = new CrashMover(
            Accepting,
            new StoreHandover(Accepting, hanging, _queue, NullLogger<StoreHandover>.Instance),
            _time,
            NullLogger<CrashMover>.Instance);
        _ = mover.RunAsync(Cancel);
        await using var both = new SpooledCrashStore(Accepting, hanging);
        for (var i = 0; i < 20; i++)
        {
            using var crash = Crash.Small();
            await both.PutRawAsync(crash.Raw, crash.Dumps, Cancel).WaitAsync(TimeSpan.FromSeconds(5), Cancel);
            Assert.NotNull(await both.FindRawAsync(crash.Id, Cancel));
        }

        Assert.Equal(20, (await mover.MeasureAsync(Cancel)).Waiting);
    }

    [Fact]
    public async Task Tries_again_soon_as_long_as_something_gets_through()
    {
        var puts = 0;
        _faults.Plan = call => call == nameof(CrashStore.PutRawAsync) && ++puts % 2 == 0 ? Fault.Before : Fault.None;
        for (var i = 0; i < 8; i++)
            await AcceptAsync();
        var time = new RecordingTime();
        var mover = new CrashMover(Accepting, NewHandover(Accepting), time, NullLogger<CrashMover>.Instance);
        _ = mover.RunAsync(Cancel);

        for (var failures = 0; failures < 7; failures++)
        {
            Assert.Equal(TimeSpan.FromSeconds(10), await time.Delays.ReadAsync(Cancel));
            time.Advance(TimeSpan.FromSeconds(10));
        }

        await EmptyAsync();
        Assert.Equal(7, mover.Failures);
        await AssertAllArrivedAsync();
    }

    [Fact]
    public async Task A_damaged_crash_is_parked_where_it_is_and_the_others_go_on()
    {
        var first = await AcceptAsync();
        var damaged = await AcceptAsync();
        var last = await AcceptAsync();
        await using (var day = new SqliteConnection($"Data Source={_folder.Of("data/crashes/2026-11-24.db")};Pooling=False"))
        {
            await day.OpenAsync(Cancel);
            await day.ExecuteAsync(
                """
                update chunk set bytes = x'00' where key = (
                    select first_chunk from dump join crash on crash.key = dump.crash where id = @id)
                """,
                new { id = damaged.ToString() });
        }

        var handover = NewHandover(Accepting);
        await PassAsync(Accepting, handover);

        Assert.Equal([first, last], _keeping.Arrivals);
        Assert.Equal((2, 1), (handover.Done, handover.SetAside));
        var parked = Assert.Single(await _engines.Queue.ListParkedAsync(10, Cancel));
        Assert.Equal(damaged, parked.Id);
        Assert.Contains("damaged", parked.Error, StringComparison.Ordinal);
        Assert.NotNull(await Accepting.FindRawAsync(damaged, Cancel));
        Assert.Equal(0, (await Accepting.MeasureUnqueuedAsync(Cancel)).Waiting);
    }

    [Fact]
    public async Task A_crash_that_a_forwarder_sent_again_is_kept_once_and_another_one_with_its_id_is_parked()
    {
        var id = await AcceptAsync();
        await PassAsync(Accepting, NewHandover(Accepting));
        var again = _crashes[0].Raw with { SubmittedAt = Crash.Noon.AddMinutes(5) };
        await Accepting.PutRawAsync(again, _crashes[0].Dumps, Cancel);
        await PassAsync(Accepting, NewHandover(Accepting));
        Assert.Null(await Accepting.FindRawAsync(id, Cancel));
        Assert.Equal(Crash.Noon, (await _keeping.FindRawAsync(id, Cancel))?.SubmittedAt);

        // The first is processed, and its place in the queue is free.
        await _engines.Queue.CompleteAsync(await _engines.Queue.LeaseAsync(9, TimeSpan.FromHours(1), Cancel), Cancel);
        using var other = new Crash("another"u8.ToArray(), id: id);
        await Accepting.PutRawAsync(other.Raw, other.Dumps, Cancel);
        await PassAsync(Accepting, NewHandover(Accepting));

        Assert.Contains("other content", Assert.Single(await _engines.Queue.ListParkedAsync(9, Cancel)).Error, StringComparison.Ordinal);
        Assert.Equal(_crashes[0].Bytes, (await _keeping.FindDumpAsync(id, Crash.MainDump, Cancel))?.ToArray());
    }

    [Fact]
    public async Task A_deferred_crash_is_brought_to_the_store_and_not_queued()
    {
        using var deferred = new Crash([1], id: CrashId.Create(Crash.Noon, isDeferred: true));
        await Accepting.PutRawAsync(deferred.Raw, deferred.Dumps, Cancel);

        await PassAsync(Accepting, NewHandover(Accepting));

        Assert.Equal([deferred.Id], _keeping.Arrivals);
        Assert.Empty(_queue.Arrivals);
    }

    [Fact]
    public async Task What_lay_in_the_data_folder_before_is_brought_along_with_its_report()
    {
        var processed = await AcceptAsync(Crash.Noon.AddDays(-3));
        var forgotten = await AcceptAsync(Crash.Noon.AddDays(-2));
        await Accepting.ConfirmQueuedAsync([processed, forgotten], Cancel);
        await Accepting.PutProcessedAsync(new(processed, "{}"u8.ToArray()), Cancel);

        _ = new Stragglers(Accepting, NewHandover(Accepting), _time, NullLogger<Stragglers>.Instance).RunAsync(Cancel);
        for (var tries = 0; _keeping.Arrivals.Count < 2 || Directory.EnumerateFiles(_folder.Of("data/crashes"), "*.db").Any(); tries++)
        {
            Assert.True(tries < 1000, "they were not brought along within ten seconds");
            _time.Advance(TimeSpan.FromMinutes(10));
            await Task.Delay(10, Cancel);
        }

        Assert.Equal([processed, forgotten], _keeping.Arrivals);
        Assert.NotNull(await _keeping.FindProcessedAsync(processed, Cancel));
        Assert.Equal([forgotten], _queue.Arrivals);
    }

    StoreHandover NewHandover(CrashStore accepting) =>
        new(accepting, _keeping, _queue, NullLogger<StoreHandover>.Instance);

    CrashMover NewMover() => new(Accepting, NewHandover(Accepting), _time, NullLogger<CrashMover>.Instance);

    async Task<CrashId> AcceptAsync(DateTimeOffset? at = null)
    {
        var crash = new Crash(BitConverter.GetBytes(_crashes.Count), at);
        _crashes.Add(crash);
        await Accepting.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        return crash.Id;
    }

    static async Task PassAsync(CrashStore accepting, StoreHandover handover) =>
        await handover.HandOverAsync(await accepting.TakeUnqueuedAsync(handover.MaxBatch, Cancel), Cancel);

    async Task EmptyAsync()
    {
        for (var tries = 0; (await Accepting.MeasureUnqueuedAsync(Cancel)).Waiting > 0; tries++)
        {
            Assert.True(tries < 5000, "the mover did not get through");
            _time.Advance(TimeSpan.FromMinutes(5));
            await Task.Delay(3, Cancel);
        }
    }

    async Task AssertAllArrivedAsync()
    {
        var ids = _crashes.Select(crash => crash.Id).ToList();
        Assert.Equal(ids, _keeping.Arrivals);
        Assert.Equal(ids, _queue.Arrivals);
        _faults.Plan = _ => Fault.None;
        foreach (var crash in _crashes)
        {
            Assert.Equal(crash.Bytes, (await _keeping.FindDumpAsync(crash.Id, Crash.MainDump, Cancel))?.ToArray());
            Assert.Null(await Accepting.FindRawAsync(crash.Id, Cancel));
        }

        Assert.Equal(0, (await _engines.Keeping!.MeasureUnqueuedAsync(Cancel)).Waiting);
        Assert.Equal(ids, (await _engines.Queue.LeaseAsync(1000, TimeSpan.FromDays(1), Cancel)).Select(lease => lease.Id));
    }
}
