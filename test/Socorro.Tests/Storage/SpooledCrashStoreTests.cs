using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Crashes;
using Socorro.Engines.Embedded;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

public sealed class SpooledCrashStoreTests : CrashStoreContract
{
    readonly TemporaryFolder _folder = new();
    readonly Faults _faults = new();
    SqliteCrashStore _accepting = null!; // opened before each test
    FaultyStore _keeping = null!;

    [Fact]
    public async Task Finds_a_crash_wherever_it_is()
    {
        using var moved = Crash.Small();
        using var waiting = Crash.Small();
        await _keeping.PutRawAsync(moved.Raw, moved.Dumps, Cancel);
        await _accepting.PutRawAsync(waiting.Raw, waiting.Dumps, Cancel);

        foreach (var crash in new[] { moved, waiting })
        {
            Assert.NotNull(await Store.FindRawAsync(crash.Id, Cancel));
            Assert.Equal(crash.Bytes, (await Store.FindDumpAsync(crash.Id, Crash.MainDump, Cancel))?.ToArray());
        }
    }

    [Fact]
    public async Task Lists_the_newest_first_and_once_though_crashes_are_on_their_way()
    {
        var crashes = Enumerable.Range(0, 6).Select(_ => Crash.Small()).ToList();
        foreach (var crash in crashes[..4])
            await _keeping.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        foreach (var crash in crashes[3..])
            await _accepting.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        var newest = crashes.Select(crash => crash.Id).Reverse().ToList();

        Assert.Equal(newest, await Listed(crashes[0].Id.Day));
        foreach (var after in new[] { 0, 1, 3, 4, 5 })
            Assert.Equal(newest[(after + 1)..], await ListedAfter(newest[after]));
        crashes.ForEach(crash => crash.Dispose());
    }

    [Fact]
    public async Task Shows_what_waits_and_says_what_it_cannot_know_while_the_other_store_is_away()
    {
        using var moved = Crash.Small();
        using var waiting = Crash.Small();
        await _keeping.PutRawAsync(moved.Raw, moved.Dumps, Cancel);
        await _accepting.PutRawAsync(waiting.Raw, waiting.Dumps, Cancel);
        _faults.Plan = _ => Fault.Before;

        Assert.NotNull(await Store.FindRawAsync(waiting.Id, Cancel));
        Assert.Null(await Store.FindProcessedAsync(waiting.Id, Cancel));
        await Assert.ThrowsAsync<StorageRefusedException>(() => Store.FindRawAsync(moved.Id, Cancel));
        await Assert.ThrowsAsync<StorageRefusedException>(() => Store.FindProcessedAsync(moved.Id, Cancel));
        await Assert.ThrowsAsync<StorageRefusedException>(() => Store.FindRawAsync(CrashId.Create(Crash.Noon), Cancel));
    }

    protected override Task<CrashStore> OpenAsync()
    {
        _accepting = Open("data");
        var kept = Open("store");
        _keeping = new(kept, _faults);
        return Task.FromResult<CrashStore>(new SpooledCrashStore(_accepting, _keeping));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    SqliteCrashStore Open(string name) => new(_folder.Of(name), TimeProvider.System, NullLogger<SqliteCrashStore>.Instance);

    async Task<List<CrashId>> ListedAfter(CrashId after) =>
        await Store.ListAsync(after.Day, after, Cancel).ToListAsync(Cancel);
}
