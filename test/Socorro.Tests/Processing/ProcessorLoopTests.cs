using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Crashes;
using Socorro.Engines.Embedded;
using Socorro.Fields;
using Socorro.Minidumps;
using Socorro.Minidumps.Symbols;
using Socorro.Processing;
using Socorro.Storage;
using Socorro.Tests.Storage;

namespace Socorro.Tests.Processing;

public sealed class ProcessorLoopTests : IAsyncLifetime
{
    static readonly ProcessorSettings Fast = new()
    {
        Workers = 2,
        IdleWait = TimeSpan.FromMilliseconds(200),
        OutageWait = TimeSpan.FromMilliseconds(20),
        RetryAfter = [TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(10)],
    };

    readonly TemporaryFolder _folder = new();
    EmbeddedEngines _engines = null!; // Opened before each test.

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _engines = await EmbeddedEngines.OpenAsync(
        _folder.Path, TimeProvider.System, NullLoggerFactory.Instance, Cancel);

    public async ValueTask DisposeAsync()
    {
        await _engines.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Processes_what_is_queued_and_takes_it_off_the_queue()
    {
        var ids = new List<CrashId>();
        for (var i = 0; i < 20; i++)
            ids.Add(await SubmitAsync());

        await RunUntilEmptyAsync(CreateLoop());

        foreach (var id in ids)
            Assert.NotNull(await _engines.Store.FindProcessedAsync(id, Cancel));
        Assert.Equal(20, await _engines.Catalog.CountAsync(DateTimeOffset.UnixEpoch, Cancel));
        Assert.Empty(await _engines.Queue.ListParkedAsync(10, Cancel));
    }

    [Fact]
    public async Task A_crash_that_turns_up_while_idle_is_processed_at_once()
    {
        using var stop = new CancellationTokenSource();
        var running = CreateLoop(Fast with { IdleWait = TimeSpan.FromMinutes(5) }).RunAsync(stop.Token);
        await Task.Delay(100, Cancel);

        var id = await SubmitAsync();
        await EventuallyAsync(async () => await _engines.Store.FindProcessedAsync(id, Cancel) is not null);

        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_replay_of_a_processed_crash_is_completed_and_cataloged_but_not_processed_again()
    {
        var id = await SubmitAsync();
        await RunUntilEmptyAsync(CreateLoop());
        var before = await _engines.Store.FindProcessedAsync(id, Cancel);

        await _engines.Queue.PublishAsync(Lane.Standard, [id], Cancel);
        await RunUntilEmptyAsync(CreateLoop());
        var after = await _engines.Store.FindProcessedAsync(id, Cancel);

        Assert.Equal(before!.Json.ToArray(), after!.Json.ToArray());
    }

    [Fact]
    public async Task A_request_to_process_again_is_followed_and_history_kept()
    {
        var id = await SubmitAsync();
        await RunUntilEmptyAsync(CreateLoop());

        await _engines.Queue.PublishAsync(Lane.Reprocessing, [id], Cancel);
        await RunUntilEmptyAsync(CreateLoop());
        var after = JsonElement.Parse((await _engines.Store.FindProcessedAsync(id, Cancel))!.Json.Span);

        Assert.Equal(1, after.GetProperty("processor_history").GetArrayLength());
    }

    [Fact]
    public async Task A_crash_that_is_not_in_the_store_is_parked_with_the_reason()
    {
        var id = CrashId.Create(DateTimeOffset.UtcNow);
        await _engines.Queue.PublishAsync(Lane.Standard, [id], Cancel);

        await RunUntilEmptyAsync(CreateLoop());

        var parked = Assert.Single(await _engines.Queue.ListParkedAsync(10, Cancel));
        Assert.Equal((id, "The raw crash is not in the store"), (parked.Id, parked.Error));
    }

    [Fact]
    public async Task A_crash_that_fails_is_tried_again_then_parked_and_the_others_go_on()
    {
        var bad = await SubmitAsync();
        var good = await SubmitAsync();
        var store = new FlakyStore(_engines.Store) { Fails = id => id == bad ? new InvalidOperationException("why") : null };

        await RunUntilEmptyAsync(CreateLoop(store: store));

        var parked = Assert.Single(await _engines.Queue.ListParkedAsync(10, Cancel));
        Assert.Equal((bad, 3, "InvalidOperationException: why"), (parked.Id, parked.Attempts, parked.Error));
        Assert.NotNull(await _engines.Store.FindProcessedAsync(good, Cancel));
    }

    [Fact]
    public async Task A_store_that_is_away_costs_a_crash_no_attempt()
    {
        var id = await SubmitAsync();
        var refusals = 10;
        var store = new FlakyStore(_engines.Store)
        {
            Fails = _ => Interlocked.Decrement(ref refusals) >= 0 ? new StorageRefusedException("The disk is full") : null,
        };

        await RunUntilEmptyAsync(CreateLoop(store: store));

        Assert.NotNull(await _engines.Store.FindProcessedAsync(id, Cancel));
        Assert.Empty(await _engines.Queue.ListParkedAsync(10, Cancel));
    }

    [Fact]
    public async Task A_crash_that_ended_its_workers_again_and_again_is_parked()
    {
        var id = await SubmitAsync();
        for (var i = 0; i < 3; i++)
        {
            await EventuallyAsync(async () => await _engines.Queue.LeaseAsync(1, TimeSpan.FromMilliseconds(5), Cancel) is [_]);
            await Task.Delay(10, Cancel);
        }

        await RunUntilEmptyAsync(CreateLoop());

        var parked = Assert.Single(await _engines.Queue.ListParkedAsync(10, Cancel));
        Assert.Equal((id, "It was begun 3 times and never ended"), (parked.Id, parked.Error));
    }

    [Fact]
    public async Task Stopping_gives_crashes_back_at_once()
    {
        var id = await SubmitAsync();
        var entered = new TaskCompletionSource();
        var store = new FlakyStore(_engines.Store) { Hangs = () => entered.TrySetResult() };
        using var stop = new CancellationTokenSource();
        var running = CreateLoop(store: store).RunAsync(stop.Token);
        await entered.Task.WaitAsync(Cancel);

        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(5), Cancel);

        Assert.Equal(id, Assert.Single(await _engines.Queue.LeaseAsync(1, TimeSpan.FromMinutes(1), Cancel)).Id);
    }

    [Fact]
    public async Task A_lease_is_kept_as_long_as_its_crash_is_worked_on()
    {
        await SubmitAsync();
        var entered = new TaskCompletionSource();
        var store = new FlakyStore(_engines.Store) { Hangs = () => entered.TrySetResult() };
        using var stop = new CancellationTokenSource();
        var running = CreateLoop(Fast with { LeaseFor = TimeSpan.FromMilliseconds(300) }, store).RunAsync(stop.Token);
        await entered.Task.WaitAsync(Cancel);

        await Task.Delay(700, Cancel);
        var stolen = await _engines.Queue.LeaseAsync(1, TimeSpan.FromMinutes(1), Cancel);

        await stop.CancelAsync();
        await running;
        Assert.Empty(stolen);
    }

    ProcessorLoop CreateLoop(ProcessorSettings? settings = null, CrashStore? store = null)
    {
        var metrics = new ProcessingMetrics(new Meter("Socorro.Tests"));
        var walker = new DumpWalker(
            SymbolStore.Empty, fetch: null, Limits.Default, metrics, NullLogger<DumpWalker>.Instance);
        var pipelines = PipelineChoice.Create(
            new() { Fields = FieldSet.Default }, Pipelines.Signatures, metrics, TimeProvider.System, NullLoggerFactory.Instance);
        var processor = new CrashProcessor(
            store ?? _engines.Store,
            _engines.Catalog,
            walker,
            pipelines,
            new(FieldSet.Default, _engines.Catalog, TimeProvider.System, NullLogger<UndeclaredCounter>.Instance),
            metrics,
            TimeProvider.System);
        return new(
            _engines.Queue, processor, settings ?? Fast, metrics, TimeProvider.System, NullLogger<ProcessorLoop>.Instance);
    }

    async Task<CrashId> SubmitAsync()
    {
        using var crash = Crash.Small(DateTimeOffset.UtcNow);
        await _engines.Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        await _engines.Queue.PublishAsync(Lane.Standard, [crash.Id], Cancel);
        return crash.Id;
    }

    async Task RunUntilEmptyAsync(ProcessorLoop loop)
    {
        using var stop = new CancellationTokenSource();
        var running = loop.RunAsync(stop.Token);
        await EventuallyAsync(async () =>
            (await _engines.Queue.MeasureAsync(Cancel)).All(lane => lane.Waiting + lane.Leased == 0));
        await stop.CancelAsync();
        await running;
    }

    static async Task EventuallyAsync(Func<Task<bool>> isTrue)
    {
        var end = DateTime.UtcNow + TimeSpan.FromSeconds(20);
        while (!await isTrue())
        {
            Assert.True(DateTime.UtcNow < end, "it never came true");
            await Task.Delay(10, Cancel);
        }
    }
}
