using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Socorro.Crashes;
using Socorro.Engines.Embedded;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

public sealed class EmbeddedEnginesTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Makes_the_data_folder_with_all_above_it()
    {
        var data = Path.Combine(_folder.Path, "var", "lib", "socorro");
        await using var engines = await OpenAsync(data);

        Assert.Null(await engines.Store.FindTroubleAsync(Cancel));
        var names = Directory.EnumerateFileSystemEntries(data).Select(Path.GetFileName);
        Assert.Equal(
            ["catalog.db", "crashes", "queue.db", "running"],
            names.Where(name => !name!.Contains(".db-", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task Leaves_plain_database_files_behind_when_it_is_closed()
    {
        using var crash = Crash.Small();
        await using (var engines = await OpenAsync(_folder.Path))
        {
            await engines.Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
            await engines.Queue.PublishAsync(Lane.Standard, [crash.Id], Cancel);
            Assert.NotNull(await engines.Store.FindRawAsync(crash.Id, Cancel));
        }

        Assert.Equal(
            ["2026-11-24.db", "catalog.db", "queue.db"],
            Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Nobody_but_its_owner_can_read_what_it_keeps()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Windows has no modes of files");

        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        using var crash = Crash.Small();
        await using var engines = await OpenAsync(_folder.Of("data"));
        await engines.Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);

        string[] kept = [_folder.Of("data"), .. Directory.EnumerateFileSystemEntries(_folder.Of("data"), "*", SearchOption.AllDirectories)];
        Assert.Contains(kept, path => path.EndsWith("2026-11-24.db-wal", StringComparison.Ordinal));
        Assert.All(
            kept.Where(path => Directory.Exists(path) || path.Contains(".db", StringComparison.Ordinal)),
            path => Assert.Equal(UnixFileMode.None, new FileInfo(path).UnixFileMode & Others));
    }

    [Fact]
    public async Task Says_which_folder_it_cannot_use()
    {
        await File.WriteAllTextAsync(_folder.Of("data"), "a file", Cancel);

        var refusal = await Assert.ThrowsAsync<StorageRefusedException>(() => OpenAsync(_folder.Of("data")));

        Assert.Contains(_folder.Of("data"), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Moves_accepted_crashes_to_the_queue_but_not_deferred_ones()
    {
        await using var engines = await OpenAsync(_folder.Path);
        using var deferred = new Crash([], id: CrashId.Create(Crash.Noon, isDeferred: true));
        using var crash = Crash.Small();
        await engines.Store.PutRawAsync(deferred.Raw, deferred.Dumps, Cancel);
        await engines.Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var handover = new QueueHandover(engines.Store, engines.Queue);
        var mover = new CrashMover(engines.Store, handover, TimeProvider.System, NullLogger<CrashMover>.Instance);

        var moving = mover.RunAsync(stop.Token);
        await engines.Queue.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        var lease = Assert.Single(await engines.Queue.LeaseAsync(10, TimeSpan.FromMinutes(1), Cancel));
        await stop.CancelAsync();

        Assert.Equal((crash.Id, Lane.Standard), (lease.Id, lease.Lane));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => moving);
    }

    static Task<EmbeddedEngines> OpenAsync(string data) =>
        EmbeddedEngines.OpenAsync(data, new FakeTimeProvider(Crash.Noon), NullLoggerFactory.Instance, Cancel);
}
