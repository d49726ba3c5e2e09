using Socorro.Tests.Storage;

namespace Socorro.Tests.Throttling;

/// <summary><c>socorro throttle</c> as a process.</summary>
public sealed class ThrottleVerbTests
{
    [Fact]
    public async Task Test_explains_what_may_become_of_a_crash()
    {
        using var folder = new TemporaryFolder();
        var crash = folder.Of("crash.json");
        File.WriteAllText(crash, """{ "prod": "Firefox", "ReleaseChannel": "release", "ipc_channel_error": "ShutDownKill", "n": 1 }""");

        var (code, output, error) = await SocorroProcess.RunAsync("throttle", "test", crash, "--throttle", "mozilla-2026");

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("  has_old_buildid                     BuildID is not there (built 730 days ago or earlier: no)\n", output);
        Assert.Contains(
            "> is_shutdownkill                     ipc_channel_error is \"ShutDownKill\" (equals \"ShutDownKill\": yes)\n", output);
        Assert.EndsWith(
            """

            90 % reject by is_shutdownkill
            1 % accept by is_firefox_desktop
            9 % reject by is_firefox_desktop

            """,
            output);
    }

    [Fact]
    public async Task Show_prints_a_preset_that_can_be_given_back()
    {
        using var folder = new TemporaryFolder();
        var (code, preset, _) = await SocorroProcess.RunAsync("throttle", "show", "mozilla-2013");
        File.WriteAllText(folder.Of("mine.json"), preset);
        File.WriteAllText(folder.Of("crash.json"), "{}");

        var (testCode, output, _) = await SocorroProcess.RunAsync(
            "throttle", "test", folder.Of("crash.json"), "--throttle", folder.Of("mine.json"));

        Assert.Equal((0, 0), (code, testCode));
        Assert.EndsWith("100 % defer by everything_else\n", output);
    }

    [Theory]
    [InlineData("there is no preset 'x', only accept-everything", "throttle", "show", "x")]
    [InlineData("nowhere.json can't be read: ", "throttle", "test", "nowhere.json")]
    [InlineData("nowhere.json: can't be read: ", "throttle", "test", "x", "--throttle", "nowhere.json")]
    [InlineData("nowhere.json: can't be read: ", "run", "--throttle", "nowhere.json", "--data", "{data}")]
    public async Task Fails_with_the_reason(string message, params string[] arguments)
    {
        using var folder = new TemporaryFolder();

        var (code, _, error) = await SocorroProcess.RunAsync([.. arguments.Select(text => text.Replace("{data}", folder.Path))]);

        Assert.Equal(2, code);
        Assert.StartsWith($"socorro: {message}", error);
    }
}
