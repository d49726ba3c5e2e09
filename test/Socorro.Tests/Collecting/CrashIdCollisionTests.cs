using Socorro.Crashes;
using Socorro.Tests.Storage;

namespace Socorro.Tests.Collecting;

public sealed class CrashIdCollisionTests
{
    static readonly WireRequest Crashing = WireRequest.Of(Part.Text("ProductName", "Editor"), Part.Dump(Crash.MainDump, "MDMP"));

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_crash_whose_new_id_is_taken_gets_another_one()
    {
        var ids = new Queue<CrashId>();
        var taken = CrashId.Create(Crash.Noon);
        var free = CrashId.Create(Crash.Noon);
        foreach (var id in new[] { taken, taken, taken, free })
            ids.Enqueue(id);
        await using var server = new CollectorServer { Settings = new() { NewId = (_, _) => ids.Dequeue() } };
        await server.InitializeAsync();

        var first = await server.GetStoredAsync(await server.SendAsync(Crashing.Plus(Part.Text("Comments", "first"))));
        var second = await server.GetStoredAsync(await server.SendAsync(Crashing.Plus(Part.Text("Comments", "second"))));

        Assert.Equal((taken, "first"), (first.Id, first.Annotations["Comments"]));
        Assert.Equal((free, "second"), (second.Id, second.Annotations["Comments"]));
        Assert.Equal("MDMP"u8.ToArray(), await server.GetDumpAsync(second, Crash.MainDump));
    }

    [Fact]
    public async Task A_source_that_gives_no_free_id_is_answered_as_a_store_that_refuses()
    {
        var taken = CrashId.Create(Crash.Noon);
        await using var server = new CollectorServer { Settings = new() { NewId = (_, _) => taken } };
        await server.InitializeAsync();
        await server.SendAsync(Crashing);

        var reply = await server.SendAsync(Crashing.Plus(Part.Text("Comments", "another")));

        Assert.Equal((503, ""), (reply.Status, reply.Body));
    }

    [Fact]
    public async Task Of_forwarded_crashes_that_race_for_an_id_one_is_kept_and_the_others_hear_of_it()
    {
        await using var server = new CollectorServer();
        await server.InitializeAsync();
        var forwarded = Crashing
            .Plus(Part.Text("uuid", CrashId.Create(Crash.Noon).ToString()))
            .PlusHeader($"Authorization: Bearer {CollectorServer.Token}");

        var replies = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => server.SendAsync(forwarded.Plus(Part.Text("Comments", $"{i}")))));

        Assert.Equal([200, .. Enumerable.Repeat(409, 7)], replies.Select(reply => reply.Status).Order());
    }

    [Fact]
    public async Task Crashes_are_kept_under_the_day_before_when_the_clock_is_set_back_over_midnight()
    {
        var time = new WallClock(new(2026, 11, 25, 0, 0, 1, TimeSpan.Zero));
        await using var server = new CollectorServer { Time = time };
        await server.InitializeAsync();
        var after = await server.GetStoredAsync(await server.SendAsync(Crashing));
        time.SetBack(TimeSpan.FromSeconds(2));

        var before = await server.GetStoredAsync(await server.SendAsync(Crashing));

        Assert.EndsWith("261125", after.Id.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("261124", before.Id.ToString(), StringComparison.Ordinal);
        Assert.Equal([before.Id, after.Id], await server.Store.TakeUnqueuedAsync(10, Cancel));
    }
}
