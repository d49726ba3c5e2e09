using System.Net;
using System.Net.Sockets;
using Socorro.Load;
using Socorro.Tests.Collecting;
using Socorro.Tests.Storage;

namespace Socorro.Tests.Load;

/// <summary><c>socorro bench</c> as a process.</summary>
public sealed class BenchVerbTests(CollectorServer server) : IClassFixture<CollectorServer>
{
    [Theory]
    [InlineData("--size", "20000")]
    [InlineData("--rate", "50")]
    public async Task Submit_reports_rate_latency_and_failures(string option, string value)
    {
        var (code, output, error) = await SocorroProcess.RunAsync(
            "bench", "submit", "--url", $"http://127.0.0.1:{server.Port}", "--seconds", "0.4", "--concurrency", "3", option, value);

        Assert.Equal((0, ""), (code, error));
        Assert.Matches(
            @"\Aaccepted   [1-9][0-9]* in [0-9.]+ s: [0-9.]+/s, [0-9.]+ MB/s\n"
            + @"latency    p50 [0-9.]+ ms, p95 [0-9.]+ ms, p99 [0-9.]+ ms, max [0-9.]+ ms\nfailures   none\n\z",
            output);
    }

    [Fact]
    public async Task Submissions_have_the_token()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var plan = new LoadPlan(
            new($"http://{listener.LocalEndpoint}/submit"), 1, Rate: 1, TimeSpan.FromSeconds(0.1), DumpSizes.Fixed(1), "upload-7");

        var load = LoadGenerator.RunAsync(plan, _ => { }, TestContext.Current.CancellationToken);
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream());
        var head = new List<string>();
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { Length: > 0 } line)
            head.Add(line);
        await client.GetStream().WriteAsync(
            "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nCrashID=bp-x"u8.ToArray(), TestContext.Current.CancellationToken);
        await load;

        Assert.Contains("Authorization: Bearer upload-7", head);
        Assert.Equal(2, (await SocorroProcess.RunAsync("bench", "submit", "--token", "a\r\nb")).Code);
    }

    [Fact]
    public async Task Submit_fails_when_nothing_is_accepted()
    {
        var (code, output, _) = await SocorroProcess.RunAsync(
            "bench", "submit", "--url", "http://127.0.0.1:1", "--rate", "10", "--seconds", "0.2", "--concurrency", "1");

        Assert.Equal(1, code);
        Assert.EndsWith("failures   2 × ConnectionRefused\n", output);
    }

    [Fact]
    public async Task Disk_measures_durable_appends_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();

        var (code, output, _) = await SocorroProcess.RunAsync("bench", "disk", "--data", folder.Path, "--seconds", "0.1", "--size", "1000");

        Assert.Equal(0, code);
        Assert.Matches(@"\A[0-9.]+ durable appends/s, [0-9.]+ MB/s\n\z", output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Sizes_are_those_of_the_field()
    {
        var random = new Random(1);

        var sizes = Enumerable.Range(0, 10_000).Select(_ => DumpSizes.Field.Draw(random)).Order().ToList();

        Assert.InRange(sizes.Average(), 480_000, 560_000);
        Assert.InRange(sizes[5000], 380_000, 420_000);
        Assert.InRange(sizes[9500], 1_200_000, 1_600_000);
        Assert.Equal(3_000_000, sizes[^1]);
    }
}
