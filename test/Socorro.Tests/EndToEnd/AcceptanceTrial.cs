using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Crashes;
using Socorro.Engines.Embedded;
using Socorro.Tests.Storage;

namespace Socorro.Tests.EndToEnd;

/// <summary>
/// Clients that submit to a server until it dies, again and again, and remember what was acknowledged; at last the data
/// is held against what they remember.
/// </summary>
sealed class AcceptanceTrial(string folder, bool hasStore, int largestDump) : IDisposable
{
    const int Clients = 4;

    readonly ConcurrentDictionary<CrashId, byte[]> _acknowledged = new();
    int _deaths;
    int _sent;

    public string Data { get; } = Path.Combine(Directory.CreateDirectory(folder).FullName, "data");

    /// <summary>Empty when crashes stay in the data folder.</summary>
    public string Store { get; } = hasStore ? Directory.CreateDirectory(Path.Combine(folder, "store")).FullName : "";

    public string Figures { get; private set; } = "";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public Task<ServerProcess> StartAsync(params (string Name, string Value)[] environment) =>
        ServerProcess.StartAsync(Data, ["--store", Store], environment, Cancel);

    /// <summary>Kills a server that has begun to answer, or, when it is not warm, one that may not have answered yet.</summary>
    public async Task SubmitUntilKilledAsync(ServerProcess server, bool isWarm)
    {
        var before = _acknowledged.Count;
        using var killed = new CancellationTokenSource();
        var clients = new List<Task>();
        while (clients.Count < Clients)
            clients.Add(Task.Run(() => SubmitAsync(server, killed.Token), Cancel));

        for (var tries = 0; isWarm && _acknowledged.Count == before && tries < 1000; tries++)
            await Task.Delay(10, Cancel);

        await Task.Delay(Random.Shared.Next(1000), Cancel);
        server.Kill();
        _deaths++;
        await killed.CancelAsync();
        await Task.WhenAll(clients);
    }

    /// <summary>Sends one crash, which has to be acknowledged; its id.</summary>
    public async Task<string> SubmitAsync(ServerProcess server, byte[] dump)
    {
        var (_, answer) = await server.SubmitAsync(dump, Cancel);
        Assert.StartsWith("CrashID=bp-", answer, StringComparison.Ordinal);
        var id = answer["CrashID=bp-".Length..].TrimEnd();
        _acknowledged[CrashId.Parse(id)] = dump;
        return id;
    }

    /// <summary>Lets a server finish what is left, ends it in order, and compares.</summary>
    public async Task AssertNothingIsLostAsync()
    {
        await using (var server = await StartAsync())
        {
            foreach (var id in _acknowledged.Keys)
                await ProcessedAsync(server, id);
            for (var tries = 0; await IsAnythingLeftAsync(server); tries++)
            {
                Assert.True(tries < 600, "something was left to do after a minute");
                await Task.Delay(100, Cancel);
            }

            await server.StopAsync(Cancel);
        }

        await using var engines = await EmbeddedEngines.OpenAsync(
            Data, Store, TimeProvider.System, NullLoggerFactory.Instance, Cancel);
        await CompareAsync(engines);
    }

    async Task SubmitAsync(ServerProcess server, CancellationToken killed)
    {
        while (!killed.IsCancellationRequested)
        {
            Interlocked.Increment(ref _sent);
            var dump = new byte[Random.Shared.Next(1, largestDump)];
            Random.Shared.NextBytes(dump);
            try
            {
                var (_, answer) = await server.SubmitAsync(dump, killed);
                Assert.StartsWith("CrashID=bp-", answer, StringComparison.Ordinal);
                _acknowledged[CrashId.Parse(answer["CrashID=bp-".Length..].TrimEnd())] = dump;
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
            {
                // Not acknowledged: a client would keep the crash and send it again.
            }
        }
    }

    static async Task ProcessedAsync(ServerProcess server, CrashId id)
    {
        for (var tries = 0; ; tries++)
        {
            using var answer = await server.Http.GetAsync($"/api/ProcessedCrash/?crash_id={id}", Cancel);
            if (answer.IsSuccessStatusCode)
                return;

            Assert.True(tries < 600, $"{id} was acknowledged and not processed within a minute");
            await Task.Delay(100, Cancel);
        }
    }

    /// <summary>Whether a crash whose answer was swallowed is still on its way.</summary>
    static async Task<bool> IsAnythingLeftAsync(ServerProcess server)
    {
        var metrics = await server.Http.GetStringAsync("/metrics", Cancel);
        return metrics.Split('\n')
            .Where(line => line.StartsWith("socorro_queue_waiting", StringComparison.Ordinal)
                || line.StartsWith("socorro_queue_leased", StringComparison.Ordinal)
                || line.StartsWith("socorro_mover_waiting", StringComparison.Ordinal))
            .Any(line => !line.EndsWith(" 0", StringComparison.Ordinal));
    }

    async Task CompareAsync(EmbeddedEngines engines)
    {
        var kept = engines.Keeping ?? engines.Store;
        var stored = new List<CrashId>();
        foreach (var day in await kept.ListDaysAsync(Cancel))
            stored.AddRange(await kept.ListAsync(day, Cancel).ToListAsync(Cancel));

        Assert.Equal(stored.Count, stored.Distinct().Count());
        Assert.Empty(_acknowledged.Keys.Except(stored));
        foreach (var (id, dump) in _acknowledged)
            Assert.Equal(dump, (await kept.FindDumpAsync(id, Crash.MainDump, Cancel))?.ToArray());

        // A crash whose answer was swallowed is processed like all others; nothing is left or set aside.
        foreach (var id in stored)
            Assert.NotNull(await kept.FindProcessedAsync(id, Cancel));

        Assert.Equal(stored.Count, await engines.Catalog.CountAsync(DateTimeOffset.UnixEpoch, Cancel));
        Assert.Empty(await engines.Queue.ListParkedAsync(10, Cancel));
        Assert.All(await engines.Queue.MeasureAsync(Cancel), lane => Assert.Equal((0, 0), (lane.Waiting, lane.Leased)));
        Assert.InRange(stored.Count, _acknowledged.Count, _acknowledged.Count + (_deaths * Clients));
        if (engines.Keeping is not null)
        {
            foreach (var day in await engines.Accepting.ListDaysAsync(Cancel))
                Assert.Equal(0, await engines.Accepting.CountAsync(day, Cancel));
        }

        Figures = $"{_deaths} deaths, {_sent} sent, {_acknowledged.Count} acknowledged, {stored.Count} stored and processed";
    }
}
