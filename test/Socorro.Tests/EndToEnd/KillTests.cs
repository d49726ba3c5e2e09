using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Crashes;
using Socorro.Engines.Embedded;
using Socorro.Tests.Storage;

namespace Socorro.Tests.EndToEnd;

/// <summary>
/// Kills the server at random instants under load. SOCORRO_KILLS says how often (4 unless it is set);
/// docs/reliability.md tells of long runs.
/// </summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    const int Clients = 4;

    static readonly int Kills =
        int.Parse(Environment.GetEnvironmentVariable("SOCORRO_KILLS") ?? "4", CultureInfo.InvariantCulture);

    readonly TemporaryFolder _folder = new();
    readonly ConcurrentDictionary<CrashId, byte[]> _acknowledged = new();
    int _sent;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_acknowledged_crash_outlives_kills_and_is_processed_once()
    {
        for (var kill = 0; kill < Kills; kill++)
            await SubmitUntilKilledAsync(isWarm: kill % 4 != 3);

        await using var server = await ServerProcess.StartAsync(_folder.Path, Cancel);
        await ProcessedAsync(server);
        await server.StopAsync(Cancel);

        await AssertNothingIsLostAsync();
    }

    /// <summary>Kills a server that has begun to answer, or one that may not have answered yet.</summary>
    async Task SubmitUntilKilledAsync(bool isWarm)
    {
        var before = _acknowledged.Count;
        await using var server = await ServerProcess.StartAsync(_folder.Path, Cancel);
        using var killed = new CancellationTokenSource();
        var clients = new List<Task>();
        while (clients.Count < Clients)
            clients.Add(Task.Run(() => SubmitAsync(server, killed.Token), Cancel));

        for (var tries = 0; isWarm && _acknowledged.Count == before && tries < 1000; tries++)
            await Task.Delay(10, Cancel);

        await Task.Delay(Random.Shared.Next(1000), Cancel);
        server.Kill();
        await killed.CancelAsync();
        await Task.WhenAll(clients);
    }

    async Task SubmitAsync(ServerProcess server, CancellationToken killed)
    {
        while (!killed.IsCancellationRequested)
        {
            Interlocked.Increment(ref _sent);
            var dump = new byte[Random.Shared.Next(1, 200_000)];
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

    async Task ProcessedAsync(ServerProcess server)
    {
        foreach (var id in _acknowledged.Keys)
        {
            for (var tries = 0; !await IsProcessedAsync(server, id); tries++)
            {
                Assert.True(tries < 600, $"{id} was acknowledged and not processed within a minute");
                await Task.Delay(100, Cancel);
            }
        }
    }

    static async Task<bool> IsProcessedAsync(ServerProcess server, CrashId id)
    {
        using var answer = await server.Http.GetAsync($"/api/ProcessedCrash/?crash_id={id}", Cancel);
        return answer.IsSuccessStatusCode;
    }

    async Task AssertNothingIsLostAsync()
    {
        await using var engines = await EmbeddedEngines.OpenAsync(
            _folder.Path, TimeProvider.System, NullLoggerFactory.Instance, Cancel);
        var stored = new HashSet<CrashId>();
        foreach (var day in _acknowledged.Keys.Select(id => id.Day).Distinct())
            stored.UnionWith(await engines.Store.ListAsync(day, Cancel).ToListAsync(Cancel));

        foreach (var (id, dump) in _acknowledged)
        {
            Assert.Contains(id, stored);
            Assert.Equal(dump, (await engines.Store.FindDumpAsync(id, Crash.MainDump, Cancel))?.ToArray());
        }

        // A crash whose answer the kill swallowed is processed like all others; nothing is left or set aside.
        foreach (var id in stored)
            Assert.NotNull(await engines.Store.FindProcessedAsync(id, Cancel));

        Assert.Equal(stored.Count, await engines.Catalog.CountAsync(DateTimeOffset.UnixEpoch, Cancel));
        Assert.Empty(await engines.Queue.ListParkedAsync(10, Cancel));
        var depths = await engines.Queue.MeasureAsync(Cancel);
        Assert.All(depths, depth => Assert.Equal((0, 0), (depth.Waiting, depth.Leased)));
        Assert.InRange(stored.Count, _acknowledged.Count, _acknowledged.Count + (Kills * Clients));
        output.WriteLine(
            $"{Kills} kills, {_sent} sent, {_acknowledged.Count} acknowledged, {stored.Count} stored and processed");
    }
}
