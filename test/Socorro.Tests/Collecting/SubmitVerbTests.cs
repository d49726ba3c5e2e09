using Socorro.Crashes;
using Socorro.Tests.Storage;

namespace Socorro.Tests.Collecting;

/// <summary><c>socorro submit</c> as a process, against a collector over a socket.</summary>
public sealed class SubmitVerbTests(CollectorServer server) : IClassFixture<CollectorServer>
{
    string Url => $"http://127.0.0.1:{server.Port}";

    [Fact]
    public async Task Sends_a_dump_with_its_annotations_and_says_where_its_report_will_be()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Of("cr\"as%h é.dmp");
        await File.WriteAllBytesAsync(file, [.. Enumerable.Range(0, 100_000).Select(i => (byte)i)], Cancel);

        var (code, output, error) = await SocorroProcess.RunAsync(
            "submit", file, "--url", Url, "--annotation", "ProductName=App", "-a", "Notes=a=b\n\"ü");

        Assert.Equal((0, ""), (code, error));
        var id = CrashId.Parse(output[11..47]);
        Assert.Equal($"CrashID=bp-{id}  {Url}/report/index/{id}  {file}\n", output);
        var crash = await server.Store.FindRawAsync(id, Cancel);
        Assert.Equal("App", crash!.Annotations["ProductName"]);
        Assert.Equal("a=b\n\"ü", crash.Annotations["Notes"]);
        Assert.Equal(new("upload_file_minidump", 100_000, crash.Dumps[0].Sha256, "cr%22as%25h é.dmp"), crash.Dumps[0]);
        Assert.False(crash.Metadata.IsCompressed);
        Assert.Equal(await File.ReadAllBytesAsync(file, Cancel), await server.GetDumpAsync(crash, "upload_file_minidump"));
    }

    [Fact]
    public async Task Sends_all_dumps_under_a_folder()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Of("deep/er"));
        foreach (var name in new[] { "a.dmp", "b.dmp", "c.txt", "deep/er/d.dmp" })
            await File.WriteAllTextAsync(folder.Of(name), name, Cancel);

        var (code, output, error) = await SocorroProcess.RunAsync("submit", folder.Path, "--url", $"{Url}/submit", "--gzip", "--concurrency", "2");

        Assert.Equal((0, ""), (code, error));
        var sent = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["a.dmp", "b.dmp", "d.dmp"], sent.Select(line => Path.GetFileName(line)).Order());
        foreach (var line in sent)
        {
            var crash = await server.Store.FindRawAsync(CrashId.Parse(line[11..47]), Cancel);
            Assert.True(crash!.Metadata.IsCompressed);
        }
    }

    [Fact]
    public async Task Says_why_a_dump_was_not_kept_and_goes_on_with_the_others()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.Of("a.dmp"), "a", Cancel);
        await File.WriteAllTextAsync(folder.Of("b.dmp"), "b", Cancel);

        var (code, output, error) = await SocorroProcess.RunAsync("submit", folder.Path, "--url", Url, "-a", "uuid=1");

        Assert.Equal((1, ""), (code, output));
        Assert.Equal(
            [
                $"socorro: {folder.Of("a.dmp")} was not kept: Discarded=unauthorized_uuid",
                $"socorro: {folder.Of("b.dmp")} was not kept: Discarded=unauthorized_uuid",
            ],
            error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [Theory]
    [InlineData(1, "can't reach http://127.0.0.1:1/submit: ", "submit", "{dump}", "--url", "http://127.0.0.1:1")]
    [InlineData(1, "there are no *.dmp files in {folder}", "submit", "{folder}")]
    [InlineData(2, "there is no file or folder 'nowhere.dmp'", "submit", "nowhere.dmp")]
    [InlineData(2, "--annotation 'App' is not of the form NAME=VALUE", "submit", "{dump}", "-a", "App")]
    [InlineData(2, "--url 'ftp://x' is not an address such as http://127.0.0.1:8000", "submit", "{dump}", "--url", "ftp://x")]
    [InlineData(2, "--concurrency 0 is not a number from 1 to 256", "submit", "{dump}", "--concurrency", "0")]
    [InlineData(2, "Required argument 'FILE' missing for command: 'submit'", "submit")]
    public async Task Fails_with_one_line(int exitCode, string message, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Of("empty"));
        await File.WriteAllTextAsync(folder.Of("a.dump"), "x", Cancel);
        string Fill(string text) => text.Replace("{dump}", folder.Of("a.dump")).Replace("{folder}", folder.Of("empty"));

        var (code, output, error) = await SocorroProcess.RunAsync([.. arguments.Select(Fill)]);

        Assert.Equal((exitCode, ""), (code, output));
        Assert.StartsWith($"socorro: {Fill(message)}", error);
        Assert.Equal(error.Length - 1, error.IndexOf('\n'));
    }

    static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
