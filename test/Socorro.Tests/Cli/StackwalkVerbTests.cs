using System.Text.Json.Nodes;

namespace Socorro.Tests.Cli;

/// <summary>Runs the built executables; what the command does is tested with StackwalkCommand.</summary>
public sealed class StackwalkVerbTests
{
    [Theory]
    [InlineData("--json")]
    [InlineData("--json", "--pretty")]
    [InlineData("--human")]
    [InlineData("--brief", "--no-color")]
    [InlineData("--version")]
    public async Task Is_the_command_minidump_stackwalk(params string[] flags)
    {
        string[] arguments =
        [
            .. flags, SharedData.Path("dumps", "breakpad", "minidump2.dmp"), SharedData.Path("dumps", "breakpad", "symbols"),
        ];

        var verb = await SocorroProcess.RunProgramAsync("socorro", ["stackwalk", .. arguments]);
        var command = await SocorroProcess.RunProgramAsync("minidump-stackwalk", arguments);

        Assert.Equal(verb, command);
        Assert.Equal((0, ""), (verb.Code, verb.Error));
        Assert.NotEmpty(verb.Output);
    }

    [Fact]
    public async Task Has_the_help_of_the_command()
    {
        var (code, output, error) = await SocorroProcess.RunProgramAsync("socorro", ["stackwalk", "--help"]);

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("Usage: socorro stackwalk [FLAGS] DUMP", output);
        Assert.Contains("--symbols-path", output);
    }

    [Fact]
    public async Task Passes_on_how_the_command_ended()
    {
        var (code, output, error) = await SocorroProcess.RunProgramAsync("socorro", ["stackwalk", "--no-such-flag"]);

        Assert.Equal((2, "", "ERROR InvalidArguments - there is no flag --no-such-flag; --help lists them\n"), (code, output, error));
    }

    [Fact]
    public async Task Ends_in_peace_when_nobody_reads_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a shell");
        var command = Path.Combine(AppContext.BaseDirectory, "minidump-stackwalk");
        var dump = SharedData.Path("dumps", "linux-amd64", "deep900.dmp");

        var (code, output, error) = await SocorroProcess.RunProgramAsync(
            "/bin/sh", ["-c", $"('{command}' --json '{dump}' '{dump}'; echo \" $?\" >&2) | head -c 1"]);

        Assert.Equal((0, "{", " 0\n"), (code, output, error));
    }

    [Fact]
    public async Task Takes_the_flags_of_socorro_before_it()
    {
        var (code, output, _) = await SocorroProcess.RunProgramAsync(
            "socorro", ["--debug", "stackwalk", "--json", SharedData.Path("dumps", "breakpad", "minidump2.dmp")]);

        Assert.Equal(0, code);
        Assert.Equal("OK", (string)JsonNode.Parse(output)!["status"]!);
    }
}
