using System.Net;
using Socorro.Tests.Storage;

namespace Socorro.Tests.EndToEnd;

public sealed class FullDiskTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_full_disk_is_said_to_the_client_and_freed_space_is_used_at_once()
    {
        using var disk = SmallDisk.Mount(_folder.Of("disk"), "16m");
        await using var server = await ServerProcess.StartAsync(disk.Path, Cancel);
        var dump = new byte[500_000];
        Random.Shared.NextBytes(dump);
        var (status, answer) = await server.SubmitAsync(dump, Cancel);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("CrashID=bp-", answer, StringComparison.Ordinal);

        var ballast = disk.FillUp();
        dump = new byte[5_000_000];
        Random.Shared.NextBytes(dump);
        (status, answer) = await server.SubmitAsync(dump, Cancel);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, ""), (status, answer));

        File.Delete(ballast);
        (status, answer) = await server.SubmitAsync(dump, Cancel);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("CrashID=bp-", answer, StringComparison.Ordinal);
    }
}
