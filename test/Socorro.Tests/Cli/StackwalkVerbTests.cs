using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Socorro.Tests.Cli;

/// <summary>Runs the built executable.</summary>
public sealed class StackwalkVerbTests
{
    static string Dump => SharedData.Path("dumps", "breakpad", "minidump2.dmp");

    static string Symbols => SharedData.Path("dumps", "breakpad", "symbols");

    [Fact]
    public async Task Explains_a_dump_to_a_person()
    {
        var (code, output, error) = await RunAsync(Dump, "--symbols", Symbols);

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("Crash reason:  EXCEPTION_ACCESS_VIOLATION_WRITE\n", output);
        Assert.Contains(" 3  kernel32.dll!BaseProcessStart + 0x22\n", output);
        Assert.DoesNotContain('\e', output);
    }

    [Fact]
    public async Task Writes_several_dumps_as_lines_of_json()
    {
        var (code, output, _) = await RunAsync("--json", "--symbols-path", Symbols, Dump, Dump);

        Assert.Equal(0, code);
        var lines = output.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Equal("OK", (string)JsonNode.Parse(lines[1])!["status"]!);
    }

    [Fact]
    public async Task Goes_on_after_a_dump_that_cannot_be_read_and_says_so_in_the_peers_words()
    {
        var notADump = Path.GetTempFileName();
        var missing = Path.Combine(Path.GetTempPath(), "no such dump");
        await File.WriteAllTextAsync(notADump, new string('x', 100), TestContext.Current.CancellationToken);

        var (code, output, error) = await RunAsync("--json", notADump, missing, Dump);

        File.Delete(notADump);
        Assert.Equal(1, code);
        Assert.Equal("OK", (string)JsonNode.Parse(output)!["status"]!);
        Assert.Matches(
            @"\AERROR HeaderMismatch - .*: The file is not a minidump.*\nERROR FileNotFound - .*no such dump.*\n\z", error);
    }

    [Fact]
    public async Task Writes_to_a_file_on_request()
    {
        var file = Path.GetTempFileName();

        var (code, output, _) = await RunAsync("--brief", "--output-file", file, Dump);

        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        File.Delete(file);
        Assert.Equal((0, ""), (code, output));
        Assert.StartsWith("Operating system: Windows NT\n", text);
        Assert.DoesNotContain("Loaded modules", text);
    }

    [Theory]
    [InlineData("socorro: --pretty and --human do not go together\n", "--human", "--pretty")]
    [InlineData("socorro: --symbols-path /no/such/folder is neither a folder nor a file\n", "--symbols-path", "/no/such/folder")]
    public async Task Refuses_what_makes_no_sense(string message, params string[] arguments)
    {
        var (code, _, error) = await RunAsync([.. arguments, Dump]);

        Assert.Equal((2, message), (code, error));
    }

    static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "socorro"), ["stackwalk", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var cancel = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var error = process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, await output, await error);
    }
}
