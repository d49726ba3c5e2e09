using System.Text;
using Socorro.Tests.Processing.Plugins;
using Socorro.Tests.Storage;

namespace Socorro.Tests.EndToEnd;

/// <summary>The sample plug-in in the built executable, as docs/plugins.md tells people to use it.</summary>
public sealed class PluginTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly string _plugins;

    public PluginTests()
    {
        _plugins = _folder.Of("plugins");
        SamplePlugin.CopyTo(_plugins);
    }

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Its_field_is_on_the_report_and_it_is_on_the_status_page_and_in_the_metrics()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Of("data"), ["--plugins", _plugins], Cancel);

        var report = await server.ReportAsync(DumpInADriver(), [], Cancel);

        Assert.Matches(@"Blamed driver</dt>\s*<dd>\s*nvidia", report);
        var status = await server.Http.GetStringAsync("/monitoring/", Cancel);
        Assert.Contains("GameRules</th>", status, StringComparison.Ordinal);
        Assert.Contains("1.2.0", status, StringComparison.Ordinal);
        Assert.Contains("LastLogLine", status, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_plugins, "GameRules", SamplePlugin.Assembly), status, StringComparison.Ordinal);
        Assert.Contains("rule=\"DriverBlame\"", await server.Http.GetStringAsync("/metrics", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explains_what_its_rules_read_and_wrote()
    {
        var crash = Directory.CreateDirectory(_folder.Of("crash")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(crash, "upload_file_minidump.dmp"), DumpInADriver(), Cancel);
        using (var compressor = new ZstdSharp.Compressor())
        {
            await File.WriteAllBytesAsync(
                Path.Combine(crash, "game_log.dmp"), compressor.Wrap("loading level\nentering cave\n"u8).ToArray(), Cancel);
        }

        var (code, output, _) = await SocorroProcess.RunAsync("process", crash, "--explain", "--plugins", _plugins);

        Assert.Equal(0, code);
        Assert.Matches(@"DriverBlame  \([0-9.]+ ms\)\n    used crashing_thread, report\n    blamed_driver = ""nvidia""\n", output);
        Assert.Matches(@"LastLogLine  \([0-9.]+ ms\)\n    used game_log\n    last_log_line = ""entering cave""\n", output);
    }

    [Fact]
    public async Task Nothing_starts_with_a_plug_in_that_can_not_be_used()
    {
        File.Delete(Path.Combine(_plugins, "GameRules", "ZstdSharp.dll"));

        var (code, _, error) = await SocorroProcess.RunAsync(
            "run", "--plugins", _plugins, "--data", _folder.Of("data"), "--url", "http://127.0.0.1:0");

        Assert.Equal(2, code);
        Assert.Contains("the plug-ins can't be used:\nGameRules: GameRules needs ZstdSharp ", error, StringComparison.Ordinal);
        Assert.Equal(1, (await SocorroProcess.RunAsync("plugins", "--plugins", _plugins)).Code);
    }

    [Fact]
    public async Task Lists_what_there_is()
    {
        var (code, output, _) = await SocorroProcess.RunAsync("plugins", "--plugins", _plugins);

        Assert.Equal(0, code);
        Assert.StartsWith($"GameRules 1.2.0  ({_plugins}", output, StringComparison.Ordinal);
        Assert.Contains(
            "    DriverBlame: Says whose graphics driver the crashing thread was in. Writes blamed_driver.\n",
            output,
            StringComparison.Ordinal);
        Assert.EndsWith("All of them can be used.\n", output, StringComparison.Ordinal);
    }

    /// <summary>A dump whose program is called as a driver is.</summary>
    static byte[] DumpInADriver()
    {
        var dump = File.ReadAllBytes(Path.Combine(Checkout.Root, "test", "Data", "minidump2.dmp"));
        var program = Encoding.Unicode.GetBytes("test_app.exe");
        var at = dump.AsSpan().IndexOf(program);
        Encoding.Unicode.GetBytes("nvoglv64.dll").CopyTo(dump.AsSpan(at));
        return dump;
    }
}
