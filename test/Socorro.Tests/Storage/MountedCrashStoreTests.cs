using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Engines.Embedded;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

public sealed class MountedCrashStoreTests : CrashStoreContract
{
    readonly TemporaryFolder _folder = new();

    string Disk => _folder.Of("disk");

    [Fact]
    public async Task Refuses_everything_while_it_is_away_and_goes_on_when_it_is_back()
    {
        using var crash = Crash.Small();
        await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        Directory.Move(Disk, _folder.Of("elsewhere"));
        // What is seen where a disk is not mounted.
        Directory.CreateDirectory(Disk);

        using var next = Crash.Small();
        var refusal = await Assert.ThrowsAsync<StorageRefusedException>(() => Store.PutRawAsync(next.Raw, next.Dumps, Cancel));
        await Assert.ThrowsAsync<StorageRefusedException>(() => Store.FindRawAsync(crash.Id, Cancel));
        await Assert.ThrowsAsync<StorageRefusedException>(() => Listed(crash.Id.Day));
        Assert.Contains(Disk, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(refusal.Message, await Store.FindTroubleAsync(Cancel));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Disk));

        Directory.Delete(Disk);
        Directory.Move(_folder.Of("elsewhere"), Disk);
        await Store.PutRawAsync(next.Raw, next.Dumps, Cancel);
        Assert.NotNull(await Store.FindRawAsync(crash.Id, Cancel));
    }

    [Fact]
    public async Task Starts_while_it_is_away()
    {
        using var crash = Crash.Small();
        await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        await Store.DisposeAsync();
        Directory.Move(Disk, _folder.Of("elsewhere"));
        await using var store = await OpenAsync();

        await Assert.ThrowsAsync<StorageRefusedException>(() => store.FindRawAsync(crash.Id, Cancel));
        Directory.Move(_folder.Of("elsewhere"), Disk);
        Assert.NotNull(await store.FindRawAsync(crash.Id, Cancel));
    }

    [Fact]
    public async Task Takes_no_other_disk_for_its_own()
    {
        Directory.CreateDirectory(_folder.Of("other data"));
        Directory.CreateDirectory(_folder.Of("other disk"));
        StoreMark.Attach(_folder.Of("other disk"), _folder.Of("other data"));
        Directory.Delete(Disk, recursive: true);
        Directory.Move(_folder.Of("other disk"), Disk);

        var refusal = await Assert.ThrowsAsync<StorageRefusedException>(() => Listed(default));

        Assert.Contains("another store", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Has_to_be_there_the_first_time()
    {
        Directory.CreateDirectory(_folder.Of("new data"));

        Assert.Throws<StorageRefusedException>(() => StoreMark.Attach(_folder.Of("nowhere"), _folder.Of("new data")));
        Assert.False(StoreMark.IsIn(_folder.Of("new data")));
    }

    [Fact]
    public void Is_never_the_data_folder_under_whatever_name()
    {
        Directory.CreateDirectory(_folder.Of("new data"));
        Directory.CreateSymbolicLink(_folder.Of("link"), _folder.Of("new data"));

        foreach (var name in new[] { "new data", "link" })
            Assert.Throws<StorageRefusedException>(() => StoreMark.Attach(_folder.Of(name), _folder.Of("new data")));
        Assert.Empty(Directory.EnumerateFiles(_folder.Of("new data")));
    }

    [Fact]
    public async Task Cannot_be_forgotten()
    {
        var refusal = await Assert.ThrowsAsync<StorageRefusedException>(() => EmbeddedEngines.OpenAsync(
            _folder.Of("data"), TimeProvider.System, NullLoggerFactory.Instance, Cancel));

        Assert.Contains("--store", refusal.Message, StringComparison.Ordinal);
    }

    protected override Task<CrashStore> OpenAsync()
    {
        Directory.CreateDirectory(_folder.Of("data"));
        if (!StoreMark.IsIn(_folder.Of("data")))
            Directory.CreateDirectory(Disk);

        return Task.FromResult<CrashStore>(new MountedCrashStore(
            Disk,
            StoreMark.Attach(Disk, _folder.Of("data")),
            TimeProvider.System,
            NullLogger<SqliteCrashStore>.Instance));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
