using System.Net.Sockets;
using Socorro.Tests.Collecting;
using Socorro.Tests.Storage;

namespace Socorro.Tests.EndToEnd;

/// <summary>A server that is asked to stop finishes what has begun to arrive.</summary>
public sealed class GracefulStopTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_submission_under_way_is_stored_and_answered()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Of("data"), Cancel);
        using var client = new TcpClient();
        await client.ConnectAsync(server.Http.BaseAddress!.Host, server.Http.BaseAddress.Port, Cancel);
        var request = WireRequest.Good.Plus(Part.Dump("upload_file_minidump", "MDMP")).ToBytes();
        await client.GetStream().WriteAsync(request.AsMemory(0, request.Length - 10), Cancel);
        // It has been seen when another request, sent after it, is answered.
        await server.Http.GetStringAsync("/__lbheartbeat__", Cancel);

        var stopping = server.StopAsync(Cancel);
        await Task.Delay(200, Cancel);
        Assert.False(stopping.IsCompleted);
        await client.GetStream().WriteAsync(request.AsMemory(request.Length - 10), Cancel);
        var reply = await WireReply.ReadAsync(client.GetStream(), Cancel);
        await stopping;

        Assert.Equal(200, reply.Status);
        var id = reply.Body["CrashID=bp-".Length..].Trim();
        await using var again = await ServerProcess.StartAsync(_folder.Of("data"), Cancel);
        using var page = await again.Http.GetAsync($"/report/index/{id}", Cancel);
        Assert.True(page.IsSuccessStatusCode);
    }
}
