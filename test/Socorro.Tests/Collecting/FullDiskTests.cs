using System.Diagnostics;
using Socorro.Crashes;
using Socorro.Tests.Storage;

namespace Socorro.Tests.Collecting;

public sealed class FullDiskTests
{
    [Fact]
    public async Task A_full_disk_is_answered_without_a_crash_id_and_mends_itself_when_there_is_room_again()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var disk = SmallDisk.Mount(megabytes: 12);
        await using var server = new CollectorServer { Folder = disk.Path };
        await server.InitializeAsync();
        var noise = new byte[1_000_000];
        new Random(1).NextBytes(noise);
        var request = WireRequest.Good.Plus(Part.Raw("Content-Disposition: form-data; name=d; filename=d", noise));

        var accepted = new List<RawCrash>();
        WireReply reply;
        while ((reply = await server.SendAsync(request)).Status == 200 && accepted.Count < 100)
            accepted.Add(await server.GetStoredAsync(reply));

        Assert.Equal((503, ""), (reply.Status, reply.Body));
        Assert.Equal("60", reply.Headers["Retry-After"]);
        Assert.Contains(server.Log, line => line.StartsWith("Error: Crash ", StringComparison.Ordinal));
        Assert.NotEmpty(accepted);
        foreach (var crash in accepted)
            Assert.Equal(noise, (await server.Store.FindDumpAsync(crash.Id, "d", cancel))!.Value.ToArray());

        disk.Grow(megabytes: 24);

        await server.GetStoredAsync(await server.SendAsync(request));
    }
}

/// <summary>A file system of a few megabytes in memory. Only root can mount one: elsewhere the calling test skips.</summary>
sealed class SmallDisk : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    public static SmallDisk Mount(int megabytes)
    {
        var disk = new SmallDisk();
        if (!TryRun("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "none", disk.Path))
        {
            disk._folder.Dispose();
            Assert.Skip("mounting a small disk takes root");
        }

        return disk;
    }

    public void Grow(int megabytes) => Assert.True(TryRun("mount", "-o", $"remount,size={megabytes}m", Path));

    public void Dispose()
    {
        TryRun("umount", "-l", Path);
        _folder.Dispose();
    }

    static bool TryRun(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        try
        {
            using var process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
