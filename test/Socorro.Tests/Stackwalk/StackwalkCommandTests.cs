using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using Socorro.Stackwalk;

namespace Socorro.Tests.Stackwalk;

/// <summary>Flags, streams, exit codes and lines of the log; the reports themselves are tested with the library.</summary>
public sealed class StackwalkCommandTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("stackwalk-").FullName;

    static string Dump => SharedData.Path("dumps", "breakpad", "minidump2.dmp");

    static string Symbols => SharedData.Path("dumps", "breakpad", "symbols");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

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
    public async Task Colours_text_on_a_terminal_unless_told_not_to()
    {
        var coloured = await RunAsync([Dump], isColored: true);
        var plain = await RunAsync([Dump, "--no-color"], isColored: true);
        var toFile = await RunAsync([Dump, "--output-file", Path.Combine(_folder, "out")], isColored: true);

        Assert.Contains('\e', coloured.Output);
        Assert.DoesNotContain('\e', plain.Output);
        Assert.Empty(toFile.Output);
        Assert.DoesNotContain('\e', await ReadAsync("out"));
    }

    [Theory]
    [InlineData("--symbols-path", "SYMBOLS", "DUMP")]
    [InlineData("--symbols-path=SYMBOLS", "DUMP")]
    [InlineData("--symbols", "SYMBOLS", "DUMP")]
    [InlineData("DUMP", "SYMBOLS")]
    [InlineData("DUMP", "--", "SYMBOLS")]
    [InlineData("--symbols=FOLDER", "DUMP", "SYMBOLS")]
    public async Task Takes_symbols_by_flag_and_after_the_dump(params string[] arguments)
    {
        var (code, output, _) = await RunAsync(["--json", .. arguments.Select(argument => argument
            .Replace("DUMP", Dump, StringComparison.Ordinal)
            .Replace("SYMBOLS", Symbols, StringComparison.Ordinal)
            .Replace("FOLDER", _folder, StringComparison.Ordinal))]);

        Assert.Equal(0, code);
        Assert.Equal("BaseProcessStart", (string)JsonNode.Parse(output)!["crashing_thread"]!["frames"]![3]!["function"]!);
    }

    [Fact]
    public async Task Writes_several_dumps_as_lines_of_json_in_their_order()
    {
        string[] dumps =
        [
            Dump, SharedData.Path("dumps", "linux-amd64", "null.dmp"), SharedData.Path("dumps", "linux-arm64", "null.dmp"),
        ];

        var (code, output, _) = await RunAsync(["--json", .. dumps, "--symbols-path", Symbols]);

        var reports = output.TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!);
        Assert.Equal(0, code);
        Assert.Equal(["x86", "amd64", "arm64"], reports.Select(report => (string)report["system_info"]!["cpu_arch"]!));
    }

    [Fact]
    public async Task Names_each_of_several_dumps_in_text()
    {
        var (_, output, _) = await RunAsync("--brief", Dump, Dump);

        Assert.Equal(2, output.Split($"── {Dump}\n\nOperating system: Windows NT\n").Length - 1);
        Assert.DoesNotContain("Loaded modules", output);
    }

    [Fact]
    public async Task Goes_on_after_a_dump_that_cannot_be_read_and_says_so_in_the_peers_words()
    {
        var notADump = Path.Combine(_folder, "x\n.dmp");
        var missing = Path.Combine(_folder, "no such dump");
        await File.WriteAllTextAsync(notADump, new string('x', 100), TestContext.Current.CancellationToken);

        var (code, output, error) = await RunAsync("--json", notADump, missing, Dump);

        Assert.Equal(1, code);
        Assert.Equal(
            ["HeaderMismatch", "FileNotFound", "OK"],
            output.TrimEnd('\n').Split('\n').Select(line => (string)JsonNode.Parse(line)!["status"]!));
        Assert.StartsWith("{\"diagnostics\":[\"The file is not a minidump", output);
        Assert.Matches(
            @"\AERROR HeaderMismatch - .*x \.dmp: The file is not a minidump.*\nERROR FileNotFound - .*no such dump.*\n\z", error);
    }

    [Fact]
    public async Task Tells_what_is_wrong_with_a_path_that_is_no_file()
    {
        var (code, output, error) = await RunAsync("--json", _folder, "", Dump);

        Assert.Equal(1, code);
        Assert.Equal(
            ["IoError", "FileNotFound", "OK"],
            output.TrimEnd('\n').Split('\n').Select(line => (string)JsonNode.Parse(line)!["status"]!));
        Assert.Matches(@"\AERROR IoError - .*: It is a folder\.\nERROR FileNotFound - : .*\n\z", error);
    }

    [Theory]
    [InlineData("--json")]
    [InlineData("--human")]
    [InlineData("--dump")]
    [InlineData("--json", "--output-file", "/dev/full")]
    [InlineData("--cyborg", "/dev/full")]
    [InlineData("--help")]
    [InlineData("--version")]
    public async Task Ends_with_1_when_the_disk_is_full(params string[] flags)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full here");
        await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

        var (code, error) = await RunAsync([.. flags, Dump], full);

        Assert.Equal(1, code);
        Assert.StartsWith("ERROR IoError - can't write the output: No space left on device", error);
    }

    [Fact]
    public async Task Writes_its_report_though_the_log_has_no_room()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full here");

        var (code, output, _) = await RunAsync("--json", "--log-file", "/dev/full", Path.Combine(_folder, "missing"), Dump);

        Assert.Equal((1, 2), (code, output.Count(c => c == '\n')));
    }

    [Fact]
    public async Task Writes_text_and_json_at_once_as_a_cyborg()
    {
        var json = Path.Combine(_folder, "json");

        var (code, output, _) = await RunAsync("--cyborg", json, "--pretty", Dump);

        Assert.Equal(0, code);
        Assert.StartsWith("Operating system: Windows NT\n", output);
        Assert.StartsWith("{\n  \"crash_info\": {\n", await ReadAsync("json"));
    }

    [Fact]
    public async Task Works_as_socorro_calls_it()
    {
        var raw = Path.Combine(_folder, "raw.json");
        await File.WriteAllTextAsync(
            raw,
            """{"ModuleSignatureInfo":"{\"Signer\":[\"kernel32.dll\",7]}","CPUMicrocodeVersion":"0x8F0","Other":1}""",
            TestContext.Current.CancellationToken);
        var output = Path.Combine(_folder, "out");
        var log = Path.Combine(_folder, "log");
        await using var server = await ServeAsync(Symbols);

        var run = await RunAsync(
            $"--evil-json={raw}", $"--symbols-cache={_folder}/cache", $"--symbols-tmp={_folder}/tmp", "--no-color",
            $"--output-file={output}", $"--log-file={log}", $"--symbols-url={server.Urls.First()}/", "--json",
            "--verbose=error", Dump);

        Assert.Equal((0, "", ""), run);
        Assert.Empty(await ReadAsync("log"));
        var report = JsonNode.Parse(await ReadAsync("out"))!;
        var kernel = report["modules"]!.AsArray().Single(module => (string)module!["filename"]! == "kernel32.dll")!;
        Assert.Equal("Signer", (string)kernel["cert_subject"]!);
        Assert.StartsWith($"{server.Urls.First()}/kernel32.pdb/", (string)kernel["symbol_url"]!);
        Assert.True((bool)report["modules_contains_cert_info"]!);
        Assert.Equal("0x8f0", (string)report["system_info"]!["cpu_microcode_version"]!);
        Assert.Equal("BaseProcessStart", (string)report["crashing_thread"]!["frames"]![3]!["function"]!);
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("not JSON")]
    [InlineData("""{"ModuleSignatureInfo":"{","CPUMicrocodeVersion":"many"}""")]
    [InlineData("""{"ModuleSignatureInfo":{"a":7},"CPUMicrocodeVersion":7}""")]
    [InlineData("""{"ModuleSignatureInfo":{"a":["\ud800"]}}""")]
    public async Task Passes_over_annotations_that_make_no_sense(string json)
    {
        var raw = Path.Combine(_folder, "raw.json");
        await File.WriteAllTextAsync(raw, json, TestContext.Current.CancellationToken);

        var (code, output, error) = await RunAsync("--json", "--evil-json", raw, Dump);

        Assert.Equal((0, ""), (code, error));
        Assert.False((bool)JsonNode.Parse(output)!["modules_contains_cert_info"]!);
    }

    [Fact]
    public async Task Logs_to_a_file_as_much_as_is_wanted()
    {
        var log = Path.Combine(_folder, "log");

        await RunAsync("--log-file", log, "--verbose=debug", "--no-interactive", Dump, Symbols);
        var talkative = await ReadAsync("log");
        await RunAsync("--log-file", log, Path.Combine(_folder, "missing.dmp"));
        var error = await ReadAsync("log");
        var silent = await RunAsync("--verbose", "off", Path.Combine(_folder, "missing.dmp"));

        Assert.Contains("INFO --no-interactive changes nothing: ", talkative);
        Assert.Contains("DEBUG kernel32.dll: ", talkative);
        Assert.StartsWith("ERROR FileNotFound - ", error);
        Assert.Equal((1, "", ""), silent);
    }

    [Theory]
    [InlineData("--pretty and --human do not go together", "--human", "--pretty")]
    [InlineData("--human and --json do not go together", "--human", "--json")]
    [InlineData("--dump and --human do not go together", "--human", "--dump")]
    [InlineData("--json and --cyborg do not go together", "--json", "--cyborg", "x")]
    [InlineData("--brief and --json do not go together", "--brief", "--json")]
    [InlineData("--pretty needs --json or --cyborg", "--pretty")]
    [InlineData("--compact and --json do not go together", "--json", "--compact")]
    [InlineData("can't write /no/such/folder/x: ", "--output-file", "/no/such/folder/x")]
    [InlineData("can't write /no/such/folder/x: ", "--log-file", "/no/such/folder/x")]
    [InlineData("can't write /: it is a folder", "--output-file", "/")]
    [InlineData("can't write : ", "--log-file", "")]
    public async Task Ends_with_1_when_flags_contradict_each_other_or_a_file_cannot_be_written(
        string message, params string[] arguments)
    {
        var (code, output, error) = await RunAsync([.. arguments, Dump]);

        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith($"ERROR InvalidArguments - {message}", error);
    }

    [Theory]
    [InlineData("which minidump? --help shows how to call this")]
    [InlineData("--symbols-path /no/such/folder is neither a folder nor a file", "x.dmp", "--symbols-path", "/no/such/folder")]
    [InlineData("--symbols-path ASSEMBLY is no symbol file", "x.dmp", "--symbols-path", "ASSEMBLY")]
    [InlineData("--symbols-cache ASSEMBLY is no folder", "x.dmp", "--symbols-cache", "ASSEMBLY")]
    [InlineData("--source-root ASSEMBLY is no folder", "x.dmp", "--source-root", "ASSEMBLY")]
    [InlineData("there is no flag --jsn; --help lists them", "--jsn")]
    [InlineData("there is no flag -x; --help lists them", "-x")]
    [InlineData("--json takes no value", "--json=yes")]
    [InlineData("--cyborg needs a value: --cyborg FILE", "x.dmp", "--cyborg")]
    [InlineData("--cyborg is given twice", "--cyborg=a", "--cyborg=b")]
    [InlineData("--verbose loud: expected off, error (the default), warn, info, debug or trace", "x.dmp", "--verbose", "loud")]
    [InlineData("--features all: expected stable-basic, stable-all, unstable-all", "x.dmp", "--features", "all")]
    [InlineData("--symbols-url ftp://x/: expected an address that begins with http:// or https://", "x.dmp", "--symbols-url", "ftp://x/")]
    [InlineData("--symbols-download-timeout-secs 0: expected seconds, 1 to 1000000", "x.dmp", "--symbols-download-timeout-secs=0")]
    public async Task Ends_with_2_when_the_arguments_cannot_be_read(string message, params string[] arguments)
    {
        var assembly = typeof(StackwalkCommandTests).Assembly.Location;
        var run = await RunAsync([.. arguments.Select(argument => argument == "ASSEMBLY" ? assembly : argument)]);

        Assert.Equal((2, "", $"ERROR InvalidArguments - {message.Replace("ASSEMBLY", assembly, StringComparison.Ordinal)}\n"), run);
    }

    [Fact]
    public async Task Shows_more_of_a_crash_on_demand()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "test_app.cc"), string.Concat(Enumerable.Repeat("int x;\n", 70)), TestContext.Current.CancellationToken);
        var (_, output, _) = await RunAsync(Dump, Symbols, "--why", "--source-root", _folder);
        var (_, json, _) = await RunAsync(Dump, "--json", "--why", "--all-registers", "--symbols", _folder);

        Assert.Contains("    >    58 | int x;\n", output);
        Assert.Contains("\nWhere symbols were looked for:\ntest_app.exe 5A9832E5287241C1838ED98914E9B7FF1: found\n", output);
        var report = JsonNode.Parse(json)!;
        Assert.Equal("is not there", (string?)report["modules"]![0]!["symbol_lookup"]!["attempts"]![0]!["answer"]);
        Assert.NotNull(report["threads"]![0]!["frames"]![1]!["registers"]);
    }

    [Fact]
    public async Task Lists_a_dump_as_it_stands_in_its_file()
    {
        var (code, text, _) = await RunAsync("--dump", "--brief", Dump);
        var (_, json, _) = await RunAsync("--dump", "--json", Dump);
        var missing = await RunAsync("--dump", Path.Combine(_folder, "missing.dmp"));

        Assert.Equal(0, code);
        Assert.StartsWith("MDRawHeader\n  signature            = 0x504d444d\n", text);
        Assert.Contains("\nMINIDUMP_EXCEPTION\n  thread_id ", text);
        Assert.DoesNotContain("  Memory\n", text);
        Assert.Equal("MDRawHeader", (string?)JsonNode.Parse(json)![0]!["structure"]);
        Assert.Equal(1, missing.Code);
    }

    [Fact]
    public async Task Lists_instructions_on_a_terminal_or_when_told_to()
    {
        var dump = SharedData.Path("dumps", "linux-x86", "null.dmp");

        Assert.Contains("Instructions around", (await RunAsync([dump], isColored: true)).Output);
        Assert.Contains("Instructions around", (await RunAsync(dump, "--instructions")).Output);
        Assert.DoesNotContain("Instructions around", (await RunAsync(dump)).Output);
    }

    [Fact]
    public async Task Fits_its_text_to_a_terminal_unless_it_is_wanted_whole()
    {
        Assert.DoesNotContain("Found by", (await RunAsync([Dump], isColored: true)).Output);
        Assert.DoesNotContain("Found by", (await RunAsync(Dump, "--compact")).Output);
        Assert.Contains("Found by", (await RunAsync([Dump, "--human"], isColored: true)).Output);
        Assert.Contains("Found by", (await RunAsync(Dump)).Output);
    }

    [Fact]
    public async Task Help_names_every_flag_and_fits_a_terminal()
    {
        var (code, output, _) = await RunAsync("-h");

        Assert.Equal(0, code);
        Assert.All(Flags.Groups.SelectMany(group => group.Flags), flag => Assert.Contains($"  {flag.Name}", output));
        Assert.All(output.Split('\n'), line => Assert.InRange(line.Length, 0, 110));
    }

    [Fact]
    public async Task The_page_names_every_flag()
    {
        var page = await File.ReadAllTextAsync(
            Path.Combine(Checkout.Root, "docs", "stackwalk.md"), TestContext.Current.CancellationToken);

        Assert.All(
            Flags.Groups.SelectMany(group => group.Flags), flag => Assert.Contains($"`{flag.Name}", page));
    }

    Task<string> ReadAsync(string file) =>
        File.ReadAllTextAsync(Path.Combine(_folder, file), TestContext.Current.CancellationToken);

    static Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) =>
        RunAsync(arguments, isColored: false);

    static async Task<(int Code, string Output, string Error)> RunAsync(string[] arguments, bool isColored)
    {
        using var output = new MemoryStream();
        var (code, error) = await RunAsync(arguments, output, isColored);
        return (code, Encoding.UTF8.GetString(output.ToArray()), error);
    }

    static async Task<(int Code, string Error)> RunAsync(string[] arguments, Stream output, bool isColored = false)
    {
        await using var error = new StringWriter();
        using var console = new StackwalkConsole
        {
            Program = "minidump-stackwalk",
            Output = output,
            Error = error,
            IsColored = isColored,
            IsTerminal = isColored,
        };
        var code = await StackwalkCommand.RunAsync(arguments, console, TestContext.Current.CancellationToken);
        return (code, error.ToString());
    }

    static async Task<WebApplication> ServeAsync(string folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var server = builder.Build();
        server.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(folder),
            ServeUnknownFileTypes = true,
        });
        await server.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }
}
