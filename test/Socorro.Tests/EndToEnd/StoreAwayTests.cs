using System.Diagnostics;
using System.Net;
using Socorro.Tests.Storage;

namespace Socorro.Tests.EndToEnd;

public sealed class StoreAwayTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Clients_are_answered_as_fast_while_the_store_is_away_and_everything_arrives_when_it_is_back()
    {
        using var trial = new AcceptanceTrial(_folder.Of("trial"), hasStore: true, largestDump: 1);
        await using (var first = await trial.StartAsync())
            await first.StopAsync(Cancel);

        Directory.Move(trial.Store, _folder.Of("unplugged"));
        await using (var server = await trial.StartAsync())
        {
            var times = new List<TimeSpan>();
            var id = "";
            for (var i = 0; i < 20; i++)
            {
                var started = Stopwatch.GetTimestamp();
                id = await trial.SubmitAsync(server, [(byte)i]);
                times.Add(Stopwatch.GetElapsedTime(started));
            }

            // The first ones compile the code; the machine may be busy.
            Assert.InRange(times.Order().ElementAt(10), TimeSpan.Zero, TimeSpan.FromMilliseconds(250));
            Assert.Contains("being processed", await server.Http.GetStringAsync($"/report/index/{id}", Cancel), StringComparison.Ordinal);
            using var heartbeat = await server.Http.GetAsync("/__heartbeat__", Cancel);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, heartbeat.StatusCode);
            Assert.Contains("\"waiting\":20", await heartbeat.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
            await server.StopAsync(Cancel);
        }

        Directory.Move(_folder.Of("unplugged"), trial.Store);
        await trial.AssertNothingIsLostAsync();
    }
}
