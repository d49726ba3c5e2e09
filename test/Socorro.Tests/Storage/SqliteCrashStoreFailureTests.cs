using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Socorro.Engines.Embedded;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

/// <summary>What the crash store does when its disk or its files fail.</summary>
public sealed class SqliteCrashStoreFailureTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Refuses_while_the_disk_is_full_and_recovers_by_itself()
    {
        using var disk = SmallDisk.Mount(_folder.Of("disk"), "4m");
        await using var store = Open(disk.Path);
        using var before = Crash.Small();
        await store.PutRawAsync(before.Raw, before.Dumps, Cancel);

        var ballast = disk.FillUp();
        using var refused = new Crash(Noise(200_000));
        var refusal = await Assert.ThrowsAsync<StorageRefusedException>(
            () => store.PutRawAsync(refused.Raw, refused.Dumps, Cancel));
        Assert.Contains("2026-11-24.db", refusal.Message, StringComparison.Ordinal);
        Assert.Null(await store.FindRawAsync(refused.Id, Cancel));
        Assert.Null(await store.FindDumpAsync(refused.Id, Crash.MainDump, Cancel));
        Assert.Equal([before.Id], await store.TakeUnqueuedAsync(10, Cancel));

        File.Delete(ballast);
        await store.PutRawAsync(refused.Raw, refused.Dumps, Cancel);
        Assert.Equal(refused.Bytes, (await store.FindDumpAsync(refused.Id, Crash.MainDump, Cancel))?.ToArray());
        Assert.NotNull(await store.FindRawAsync(before.Id, Cancel));
        Assert.Null(await store.FindTroubleAsync(Cancel));
    }

    [Fact]
    public async Task Cannot_begin_a_day_on_a_full_disk_and_leaves_nothing_of_it()
    {
        using var disk = SmallDisk.Mount(_folder.Of("disk"), "1m");
        await using var store = Open(disk.Path);
        var ballast = disk.FillUp();
        using var crash = Crash.Small();

        await Assert.ThrowsAsync<StorageRefusedException>(() => store.PutRawAsync(crash.Raw, crash.Dumps, Cancel));
        Assert.NotNull(await store.FindTroubleAsync(Cancel));
        Assert.Equal([ballast], Directory.EnumerateFiles(disk.Path, "*", SearchOption.AllDirectories));

        File.Delete(ballast);
        await store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        Assert.NotNull(await store.FindRawAsync(crash.Id, Cancel));
    }

    [Fact]
    public async Task Keeps_what_fits_when_others_of_the_same_commit_do_not()
    {
        using var disk = SmallDisk.Mount(_folder.Of("disk"), "4m");
        await using var store = Open(disk.Path);
        var crashes = Enumerable.Range(0, 40).Select(i => new Crash(Noise(i % 2 == 0 ? 100 : 4_000_000))).ToList();

        var puts = crashes.ConvertAll(crash => store.PutRawAsync(crash.Raw, crash.Dumps, Cancel));
        foreach (var put in puts)
            await Record.ExceptionAsync(() => put);

        Assert.All(puts, (put, i) => Assert.Equal(i % 2 == 0, put.IsCompletedSuccessfully));
        var stored = await store.ListAsync(crashes[0].Id.Day, Cancel).ToListAsync(Cancel);
        Assert.Equal(crashes.Where((_, i) => i % 2 == 0).Select(crash => crash.Id).Order(), stored.Order());
        crashes.ForEach(crash => crash.Dispose());
    }

    [Fact]
    public async Task Refuses_while_the_disk_is_read_only_and_recovers_by_itself()
    {
        using var disk = SmallDisk.Mount(_folder.Of("disk"), "4m");
        using var before = Crash.Small();
        await using (var store = Open(disk.Path))
            await store.PutRawAsync(before.Raw, before.Dumps, Cancel);

        disk.Remount("ro");
        await using var reopened = Open(disk.Path);
        using var refused = Crash.Small();
        await Assert.ThrowsAsync<StorageRefusedException>(
            () => reopened.PutRawAsync(refused.Raw, refused.Dumps, Cancel));
        Assert.NotNull(await reopened.FindTroubleAsync(Cancel));

        disk.Remount("rw");
        await reopened.PutRawAsync(refused.Raw, refused.Dumps, Cancel);
        Assert.NotNull(await reopened.FindRawAsync(before.Id, Cancel));
    }

    [Fact]
    public async Task Names_a_damaged_file_and_goes_on_with_the_other_days()
    {
        using var damaged = new Crash(Noise(100_000));
        using var healthy = Crash.Small(Crash.Noon.AddDays(1));
        await using (var store = Open(_folder.Path))
        {
            await store.PutRawAsync(damaged.Raw, damaged.Dumps, Cancel);
            await store.PutRawAsync(healthy.Raw, healthy.Dumps, Cancel);
        }

        await File.WriteAllBytesAsync(_folder.Of("2026-11-24.db"), Noise(100_000), Cancel);
        await using var reopened = Open(_folder.Path);

        var readRefusal = await Assert.ThrowsAsync<StorageRefusedException>(
            () => reopened.FindRawAsync(damaged.Id, Cancel));
        using var late = Crash.Small();
        var writeRefusal = await Assert.ThrowsAsync<StorageRefusedException>(
            () => reopened.PutRawAsync(late.Raw, late.Dumps, Cancel));
        Assert.All([readRefusal, writeRefusal], refusal =>
        {
            Assert.True(refusal.IsDamage);
            Assert.Contains(_folder.Of("2026-11-24.db"), refusal.Message, StringComparison.Ordinal);
        });
        Assert.NotNull(await reopened.FindRawAsync(healthy.Id, Cancel));
        Assert.Equal([healthy.Id], await reopened.TakeUnqueuedAsync(10, Cancel));
    }

    [Fact]
    public async Task Tells_a_damaged_dump_from_a_good_one()
    {
        using var crash = new Crash(Noise(100_000));
        await using var store = Open(_folder.Path);
        await store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        using (var connection = SqliteFile.OpenUnpooled(_folder.Of("2026-11-24.db"), SqliteOpenMode.ReadWrite))
        using (var command = connection.CreateCommand())
        {
            command.CommandText =
                "update chunk set bytes = cast(substr(bytes, 1, 1000) || x'ff' || substr(bytes, 1002) as blob)";
            command.ExecuteNonQuery();
        }

        await Assert.ThrowsAsync<StorageRefusedException>(() => store.FindDumpAsync(crash.Id, Crash.MainDump, Cancel));
        Assert.NotNull(await store.FindRawAsync(crash.Id, Cancel));
    }

    [Fact]
    public async Task Forgets_a_day_whose_file_was_removed()
    {
        using var old = Crash.Small(Crash.Noon.AddDays(-1));
        using var crash = Crash.Small();
        await using (var store = Open(_folder.Path))
        {
            await store.PutRawAsync(old.Raw, old.Dumps, Cancel);
            await store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        }

        File.Delete(_folder.Of("2026-11-23.db"));
        await using var reopened = Open(_folder.Path);

        Assert.Null(await reopened.FindRawAsync(old.Id, Cancel));
        Assert.Equal([crash.Id], await reopened.TakeUnqueuedAsync(10, Cancel));
    }

    [Fact]
    public async Task Removes_the_unfinished_file_of_a_day_that_was_never_begun()
    {
        await File.WriteAllTextAsync(_folder.Of("2026-11-24.db.0123.unfinished"), "half", Cancel);
        await using var store = Open(_folder.Path);
        using var crash = Crash.Small();
        await store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);

        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "*.unfinished"));
    }

    [Fact]
    public async Task Lets_another_process_read_and_write_at_the_same_time()
    {
        await using var first = Open(_folder.Path);
        await using var second = Open(_folder.Path);
        var crashes = Enumerable.Range(0, 40).Select(i => new Crash(BitConverter.GetBytes(i))).ToList();

        await Task.WhenAll(crashes.Select(
            (crash, i) => (i % 2 == 0 ? first : second).PutRawAsync(crash.Raw, crash.Dumps, Cancel)));

        foreach (var crash in crashes)
        {
            Assert.Equal(crash.Bytes, (await first.FindDumpAsync(crash.Id, Crash.MainDump, Cancel))?.ToArray());
            Assert.Equal(crash.Bytes, (await second.FindDumpAsync(crash.Id, Crash.MainDump, Cancel))?.ToArray());
        }

        crashes.ForEach(crash => crash.Dispose());
    }

    [Fact]
    public async Task Keeps_no_half_of_a_cancelled_put()
    {
        await using var store = Open(_folder.Path);
        var crashes = Enumerable.Range(0, 50).Select(_ => new Crash(Noise(50_000))).ToList();
        var puts = crashes.ConvertAll(async crash =>
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(Random.Shared.Next(20)));
            await Record.ExceptionAsync(() => store.PutRawAsync(crash.Raw, crash.Dumps, stop.Token));
            crash.Dispose();
        });
        await Task.WhenAll(puts);

        // The buffers went back to the pool at once: what was stored must be whole none the less.
        foreach (var crash in crashes)
        {
            var isStored = await store.FindRawAsync(crash.Id, Cancel) is not null;
            var dump = await store.FindDumpAsync(crash.Id, Crash.MainDump, Cancel);
            Assert.Equal(isStored ? crash.Bytes : null, dump?.ToArray());
        }
    }

    static SqliteCrashStore Open(string folder) =>
        new(folder, new FakeTimeProvider(Crash.Noon), NullLogger<SqliteCrashStore>.Instance);

    static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
