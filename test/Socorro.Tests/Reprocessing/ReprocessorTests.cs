using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Socorro.Access;
using Socorro.Crashes;
using Socorro.Engines.Embedded;
using Socorro.Fields;
using Socorro.Reprocessing;
using Socorro.Storage;
using Socorro.Tests.Processing;
using Socorro.Tests.Storage;

namespace Socorro.Tests.Reprocessing;

public sealed class ReprocessorTests : IAsyncLifetime
{
    static readonly ReprocessingSettings Settings = new() { MostWaiting = 10_000 };

    readonly FakeTimeProvider _time = new(Crash.Noon);
    readonly TemporaryFolder _folder = new();
    EmbeddedEngines _engines = null!; // opened before each test

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    ReprocessingDesk Desk => new(_engines.Catalog, FieldSet.Default, _time);

    public async ValueTask InitializeAsync() =>
        _engines = await EmbeddedEngines.OpenAsync(_folder.Path, _time, NullLoggerFactory.Instance, Cancel);

    public async ValueTask DisposeAsync()
    {
        await _engines.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Queues_the_crashes_of_a_query_and_says_why()
    {
        var wanted = await PutAsync("Demo", 3);
        await PutAsync("Other", 2);
        var order = await OrderAsync("product=Demo");

        await RunToEndAsync();

        var leases = await LeaseAllAsync();
        Assert.Equal(wanted.Order(), leases.Select(lease => lease.Id).Order());
        Assert.All(leases, lease => Assert.Equal(
            (Lane.Reprocessing, true, $"reprocessing order {order.Key}"), (lease.Lane, lease.IsReprocessing, lease.Why)));
        Assert.Equal((ReprocessingState.Done, 5, 5, 3, 0), await FactsAsync(order));
    }

    [Fact]
    public async Task Queues_crashes_by_id_and_counts_those_that_are_not_there()
    {
        var ids = await PutAsync("Demo", 3);
        var unknown = CrashId.Create(Crash.Noon);
        var order = await Desk.OrderAsync(
            ids.Take(2).Append(unknown).ToAsyncEnumerable(), ReprocessingScope.Everything, null, "ann", Cancel);

        await RunToEndAsync();

        Assert.Equal(ids.Take(2).Order(), (await LeaseAllAsync()).Select(lease => lease.Id).Order());
        Assert.Equal((ReprocessingState.Done, 3, 3, 2, 1), await FactsAsync(order));
        Assert.Equal($"{unknown}: it is not in the store", (await FindAsync(order)).Progress.Failure);
    }

    [Fact]
    public async Task Goes_on_after_each_turn_wherever_the_process_ended()
    {
        var ids = await PutAsync("Demo", 50);
        var order = await OrderAsync("product=Demo", rate: 12);
        for (var turns = 0; (await FindAsync(order)).State == ReprocessingState.Open; turns++)
        {
            // Each turn is that of another process: nothing but the catalog knows of the order.
            await Create().TakeTurnAsync(Cancel);
            Assert.True(turns < 50, "it never ends");
        }

        Assert.Equal(ids.Order(), (await LeaseAllAsync()).Select(lease => lease.Id).Order());
        Assert.Equal((ReprocessingState.Done, 50, 50, 50, 0), await FactsAsync(order));
    }

    [Fact]
    public async Task Gives_the_crashes_of_a_turn_again_that_was_not_written_down()
    {
        var ids = await PutAsync("Demo", 8);
        var order = await OrderAsync("product=Demo", rate: 12);
        var cut = Create(queue: new FaultyQueue(
            _engines.Queue, new() { Plan = _ => Fault.After, Failure = () => new IOException("The process died") }));
        await Assert.ThrowsAsync<IOException>(() => cut.TakeTurnAsync(Cancel));
        Assert.Equal(0, (await FindAsync(order)).Progress.Looked);
        Assert.Equal(3, await CountWaitingAsync());

        await RunToEndAsync();

        Assert.Equal(ids.Order(), (await LeaseAllAsync()).Select(lease => lease.Id).Order());
    }

    [Theory]
    [InlineData(8, 8)]
    [InlineData(null, 40)]
    public async Task Keeps_to_its_rate(int? rate, int perSecond)
    {
        await PutAsync("Demo", 200);
        await OrderAsync("product=Demo", rate);
        var reprocessor = Create(Settings with { Rate = 40 });
        for (var second = 1; second <= 4; second++)
        {
            var end = _time.GetUtcNow().AddSeconds(1);
            while (_time.GetUtcNow() < end)
            {
                if (await reprocessor.TakeTurnAsync(Cancel) is { Ticks: > 0 } pause)
                    _time.Advance(TimeSpan.FromTicks(Math.Min(pause.Ticks, (end - _time.GetUtcNow()).Ticks)));
            }

            Assert.Equal(second * perSecond, await CountWaitingAsync());
        }
    }

    [Fact]
    public async Task Leaves_no_more_than_so_many_waiting()
    {
        var ids = await PutAsync("Demo", 12);
        await OrderAsync("product=Demo");
        var reprocessor = Create(Settings with { MostWaiting = 5 });
        var seen = new List<CrashId>();
        for (var round = 0; seen.Count < ids.Count && round < 20; round++)
        {
            for (var i = 0; i < 3; i++)
                _time.Advance(await reprocessor.TakeTurnAsync(Cancel));

            var waiting = await CountWaitingAsync();
            Assert.InRange(waiting, 0, 5);
            var leases = await LeaseAllAsync();
            seen.AddRange(leases.Select(lease => lease.Id));
            await _engines.Queue.CompleteAsync(leases, Cancel);
        }

        Assert.Equal(ids.Order(), seen.Order());
    }

    [Fact]
    public async Task Stops_when_it_is_cancelled()
    {
        await PutAsync("Demo", 30);
        var order = await OrderAsync("product=Demo", rate: 12);
        var reprocessor = Create();
        await reprocessor.TakeTurnAsync(Cancel);

        Assert.True(await Desk.CancelAsync(order.Key, Cancel));
        Assert.False(await Desk.CancelAsync(order.Key, Cancel));
        Assert.Equal(Settings.IdleWait, await reprocessor.TakeTurnAsync(Cancel));

        Assert.Equal((ReprocessingState.Cancelled, 30, 3, 3, 0), await FactsAsync(order));
        Assert.Equal(3, await CountWaitingAsync());
    }

    [Fact]
    public async Task A_small_order_does_not_wait_for_a_large_one()
    {
        await PutAsync("Demo", 100);
        var large = await OrderAsync("product=Demo", rate: 12);
        var reprocessor = Create();
        await reprocessor.TakeTurnAsync(Cancel);
        _time.Advance(TimeSpan.FromSeconds(1));
        var small = await Desk.OrderAsync(
            (await PutAsync("Other", 1)).ToAsyncEnumerable(), ReprocessingScope.Everything, null, "ann", Cancel);
        for (var i = 0; i < 3; i++)
            await reprocessor.TakeTurnAsync(Cancel);

        Assert.Equal(ReprocessingState.Done, (await FindAsync(small)).State);
        Assert.Equal(ReprocessingState.Open, (await FindAsync(large)).State);
    }

    [Fact]
    public async Task Makes_signatures_again_and_tells_the_catalog()
    {
        var ids = await PutAsync("Demo", 3, """, "signature": "old", "json_dump": {}""");
        await PutRawAsync("Demo", 1);
        var order = await OrderAsync("product=Demo", scope: ReprocessingScope.Signature);

        await RunToEndAsync();

        Assert.Equal((ReprocessingState.Done, 4, 4, 3, 0), await FactsAsync(order));
        Assert.Equal(0, await CountWaitingAsync());
        foreach (var id in ids)
        {
            var document = JsonElement.Parse((await _engines.Store.FindProcessedAsync(id, Cancel))!.Json.Span);
            Assert.StartsWith("EMPTY", document.GetProperty("signature").GetString(), StringComparison.Ordinal);
            Assert.Equal("old", document.GetProperty("signature_history")[0].GetProperty("signature").GetString());
        }

        Assert.Equal(3, (await _engines.Catalog.ListNewestAsync(10, Cancel)).Count);
    }

    [Fact]
    public async Task A_crash_whose_signature_cannot_be_made_does_not_stop_the_others()
    {
        var ids = await PutAsync("Demo", 2, """, "signature": "old" """);
        await _engines.Store.PutProcessedAsync(new(ids[0], "[]"u8.ToArray()), Cancel);
        var unprocessed = (await PutRawAsync("Demo", 1))[0];
        var order = await Desk.OrderAsync(
            ids.Append(unprocessed).ToAsyncEnumerable(), ReprocessingScope.Signature, null, "ann", Cancel);

        await RunToEndAsync();

        Assert.Equal((ReprocessingState.Done, 3, 3, 1, 2), await FactsAsync(order));
    }

    [Fact]
    public async Task Waits_for_an_engine_that_is_away_and_says_so()
    {
        await PutAsync("Demo", 1);
        var order = await OrderAsync("product=Demo");
        var failures = 1;
        var reprocessor = Create(queue: new FaultyQueue(
            _engines.Queue, new() { Plan = _ => failures-- > 0 ? Fault.Before : Fault.None }));
        await reprocessor.TakeTurnAsync(Cancel);
        Assert.Equal("The engine is away", (await FindAsync(order)).Error);
        Assert.NotEqual(TimeSpan.Zero, await reprocessor.TakeTurnAsync(Cancel));

        _time.Advance(Settings.OutageWait);
        await reprocessor.TakeTurnAsync(Cancel);

        Assert.Equal((ReprocessingState.Done, 1, 1, 1, 0), await FactsAsync(order));
        Assert.Null((await FindAsync(order)).Error);
    }

    [Fact]
    public async Task An_order_that_cannot_be_asked_any_more_fails_and_says_so()
    {
        var order = await _engines.Catalog.Reprocessing.AddAsync(
            new() { Query = "own_field=5", OrderedBy = "ann", OrderedAt = Crash.Noon }, Cancel);

        await RunToEndAsync();

        Assert.Equal(ReprocessingState.Failed, (await FindAsync(order)).State);
        Assert.Contains("own_field is no search parameter", (await FindAsync(order)).Error, StringComparison.Ordinal);
    }

    Reprocessor Create(ReprocessingSettings? settings = null, CrashQueue? queue = null) => new(
        _engines.Store,
        queue ?? _engines.Queue,
        _engines.Catalog,
        new(_engines.Store, Pipelines.Choice),
        FieldSet.Default,
        settings ?? Settings,
        new(new Meter("Socorro.Tests")),
        _time,
        NullLogger<Reprocessor>.Instance);

    async Task RunToEndAsync()
    {
        var reprocessor = Create();
        while ((await _engines.Catalog.Reprocessing.ListOpenAsync(1, Cancel)).Count > 0)
            _time.Advance(await reprocessor.TakeTurnAsync(Cancel));
    }

    async Task<ReprocessingOrder> OrderAsync(
        string text, int? rate = null, ReprocessingScope scope = ReprocessingScope.Everything)
    {
        Assert.True(Desk.TryRead(text, out var query, out _));
        return await Desk.OrderAsync(query, scope, rate, "ann", Cancel);
    }

    async Task<ReprocessingOrder> FindAsync(ReprocessingOrder order) =>
        await Desk.FindAsync(order.Key, new("ann", Permission.All), Cancel) ?? throw new InvalidOperationException("the order is gone");

    async Task<(ReprocessingState, long?, long, long, long)> FactsAsync(ReprocessingOrder order) =>
        await FindAsync(order) is { Progress: var progress } now
            ? (now.State, progress.Total, progress.Looked, progress.Sent, progress.Failed)
            : throw new InvalidOperationException("the order is gone");

    async Task<long> CountWaitingAsync() => (await _engines.Queue.MeasureAsync(Cancel)).Sum(lane => lane.Waiting);

    Task<IReadOnlyList<Lease>> LeaseAllAsync() => _engines.Queue.LeaseAsync(10_000, TimeSpan.FromMinutes(1), Cancel);

    async Task<List<CrashId>> PutAsync(string product, int count, string more = "")
    {
        var ids = await PutRawAsync(product, count);
        foreach (var id in ids)
        {
            var json = $$"""{"date_processed": "2026-11-24T12:00:00Z", "product": "{{product}}"{{more}}}""";
            await _engines.Store.PutProcessedAsync(new(id, Encoding.UTF8.GetBytes(json)), Cancel);
        }

        return ids;
    }

    async Task<List<CrashId>> PutRawAsync(string product, int count)
    {
        var raws = Enumerable.Range(0, count)
            .Select(_ => Pipelines.Raw(new Dictionary<string, string> { ["ProductName"] = product }, Crash.Noon))
            .ToList();
        await Task.WhenAll(raws.Select(raw => _engines.Store.PutRawAsync(raw, [], Cancel)));
        return raws.ConvertAll(raw => raw.Id);
    }
}
