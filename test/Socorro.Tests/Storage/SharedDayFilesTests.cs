using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Socorro.Engines.Embedded;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

/// <summary>Two stores over one folder, as two processes open it.</summary>
public sealed class SharedDayFilesTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly FakeTimeProvider _time = new(Crash.Noon);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    string Yesterday => _folder.Of("2026-11-23.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_a_dead_process_has_accepted_is_taken_over_by_one_that_lives()
    {
        await using var living = Open();
        var taking = living.TakeUnqueuedAsync(10, Cancel);
        using var crash = Crash.Small();
        await using (var dead = Open())
            await dead.PutRawAsync(crash.Raw, crash.Dumps, Cancel);

        for (var tries = 0; !taking.IsCompleted && tries < 1000; tries++)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.WhenAny(taking, Task.Delay(10, Cancel));
        }

        Assert.Equal([crash.Id], await taking);
        Assert.Equal(1, (await living.MeasureUnqueuedAsync(Cancel)).Waiting);
    }

    [Fact]
    public async Task A_day_that_is_over_goes_with_its_last_crash()
    {
        await using var store = Open();
        using var old = Crash.Small(Crash.Noon.AddDays(-1));
        using var older = Crash.Small(Crash.Noon.AddDays(-1));
        using var today = Crash.Small();
        foreach (var crash in new[] { old, older, today })
            await store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);

        await store.RemoveAsync([old.Id], Cancel);
        Assert.True(File.Exists(Yesterday));
        _time.Advance(TimeSpan.FromMinutes(1));
        await store.RemoveAsync([older.Id, today.Id], Cancel);

        Assert.Equal(["2026-11-24.db"], Names());
        Assert.Null(await store.FindRawAsync(old.Id, Cancel));
        await store.PutRawAsync(old.Raw, old.Dumps, Cancel);
        Assert.NotNull(await store.FindRawAsync(old.Id, Cancel));
    }

    [Fact]
    public async Task A_day_that_another_process_reads_goes_later()
    {
        await using var store = Open();
        using var old = Crash.Small(Crash.Noon.AddDays(-1));
        await store.PutRawAsync(old.Raw, old.Dumps, Cancel);
        await using (var other = new SqliteConnection($"Data Source={Yesterday};Pooling=False"))
        {
            await other.OpenAsync(Cancel);
            Assert.Equal(1, await other.ExecuteScalarAsync<long>("select count(*) from crash"));
            await store.RemoveAsync([old.Id], Cancel);
            Assert.True(File.Exists(Yesterday));
        }

        _time.Advance(TimeSpan.FromMinutes(1));
        await store.RemoveAsync([], Cancel);

        Assert.Empty(Names());
    }

    [Fact]
    public async Task Who_looks_for_a_crash_while_its_day_goes_finds_it_or_nothing()
    {
        await using var store = Open();
        await using var looking = Open();
        using var old = Crash.Small(Crash.Noon.AddDays(-1));
        using var isOver = new CancellationTokenSource();
        var finding = Task.Run(
            async () =>
            {
                while (!isOver.IsCancellationRequested)
                    await looking.FindRawAsync(old.Id, Cancel);
            },
            Cancel);
        for (var round = 0; round < 30; round++)
        {
            await store.PutRawAsync(old.Raw, old.Dumps, Cancel);
            _time.Advance(TimeSpan.FromMinutes(1));
            await store.RemoveAsync([old.Id], Cancel);
        }

        await isOver.CancelAsync();
        await finding;
    }

    [Fact]
    public async Task What_is_put_while_a_day_goes_is_never_lost()
    {
        await using var removing = Open();
        await using var putting = Open();
        for (var round = 0; round < 30; round++)
        {
            using var old = Crash.Small(Crash.Noon.AddDays(-1));
            using var late = Crash.Small(Crash.Noon.AddDays(-1));
            await removing.PutRawAsync(old.Raw, old.Dumps, Cancel);
            _time.Advance(TimeSpan.FromMinutes(1));

            // The other's writer is closed, as in a process that has just begun.
            await using var begun = Open();
            await Task.WhenAll(
                Task.Run(() => removing.RemoveAsync([old.Id], Cancel), Cancel),
                Task.Run(() => (round % 2 == 0 ? begun : putting).PutRawAsync(late.Raw, late.Dumps, Cancel), Cancel));

            await using var reader = Open();
            Assert.NotNull(await reader.FindRawAsync(late.Id, Cancel));
            await removing.RemoveAsync([late.Id], Cancel);
        }
    }

    [Fact]
    public async Task A_day_that_was_damaged_is_looked_at_again_when_its_file_is_put_back()
    {
        using var crash = Crash.Small();
        await using (var before = Open())
            await before.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        var path = _folder.Of("2026-11-24.db");
        var good = await File.ReadAllBytesAsync(path, Cancel);
        await File.WriteAllTextAsync(path, "not a database", Cancel);
        await using var store = Open();

        var backlog = await store.MeasureUnqueuedAsync(Cancel);
        Assert.Equal(0, backlog.Waiting);
        Assert.Contains(path, backlog.Damage, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(path, good, Cancel);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(-10));
        Assert.Equal(new Backlog(1, Crash.Noon), await store.MeasureUnqueuedAsync(Cancel));
    }

    string?[] Names() => [.. Directory.EnumerateFiles(_folder.Path, "*.db").Select(Path.GetFileName).Order()];

    SqliteCrashStore Open() => new(_folder.Path, _time, NullLogger<SqliteCrashStore>.Instance);
}
