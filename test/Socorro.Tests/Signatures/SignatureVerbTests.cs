using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Cli;
using Socorro.Crashes;
using Socorro.Engines.Embedded;
using Socorro.Signatures;
using Socorro.Storage;
using Socorro.Tests.Processing;

namespace Socorro.Tests.Signatures;

public sealed class SignatureVerbTests : IDisposable
{
    const string Crash = """
        {"uuid":"de1bb258-cbbf-4589-a673-34f800160918","signature":"old `one`","os":"Windows NT","crashing_thread":0,"threads":[{"frames":[{"function":"ours(int)"},{"module":"THEIRS.DLL"}]}]}
        """;

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    readonly string _folder = Directory.CreateTempSubdirectory("signature").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Answers_each_line_of_standard_input_and_goes_on_after_a_bad_one()
    {
        var (code, output, errors) = await RunAsync($"{Crash}\n\nnot json\n[]\n{{}}\n", "--compatible");

        Assert.Equal(1, code);
        Assert.Equal(
            """
            {"signature":"ours","notes":[],"proto_signature":"ours | theirs.dll","crash_id":"de1bb258-cbbf-4589-a673-34f800160918","original_signature":"old `one`"}
            {"signature":"EMPTY: no frame data available","notes":["SignatureGenerationRule: CSignatureTool: no frame data for crashing thread (0)"],"proto_signature":null}

            """,
            output);
        Assert.Collection(
            errors.TrimEnd().Split('\n'),
            error => Assert.StartsWith("socorro: line 3: not JSON", error, StringComparison.Ordinal),
            error => Assert.Equal("socorro: line 4: not a JSON object", error));
    }

    [Fact]
    public async Task Takes_the_lists_of_a_folder_in_place_of_its_own()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "prefix.txt"), "ours$", TestContext.Current.CancellationToken);

        var (code, output, _) = await RunAsync(Crash, "--lists", _folder);

        Assert.Equal(0, code);
        Assert.Equal(
            "ours | theirs.dll",
            JsonDocument.Parse(output).RootElement.GetProperty("signature").GetString());
    }

    [Fact]
    public async Task Says_which_entries_of_the_lists_are_wrong()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "prefix.txt"), "# one\n(", TestContext.Current.CancellationToken);

        var (code, output, errors) = await RunAsync(Crash, "--lists", _folder);

        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith($"socorro: {Path.Combine(_folder, "prefix.txt")}:2: ", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("json", """{"signature":"new","notes":["a: b"],"proto_signature":"new | <T>","crash_id":"de1b","original_signature":"old `one`"}""")]
    [InlineData("text", "Crash id: de1b\nOriginal: old `one`\nNew:      new\nSame?:    no\nNote:     a: b\n")]
    [InlineData("csv", "crashid,old,new,same?,notes\n\"de1b\",\"old `one`\",\"new\",\"no\",\"a: b\"")]
    [InlineData("markdown", "* `de1b`: `` old `one` `` → `new`")]
    public void Prints_in_the_format_asked_for(string format, string expected)
    {
        var output = new StringWriter { NewLine = "\n" };
        var signature = new Signature
        {
            Text = "new",
            Notes = ["a: b"],
            ProtoSignature = "new | <T>",
            ListsVersion = "",
        };

        new SignaturePrinter(output, format, differentOnly: false).Print("de1b", "old `one`", signature);
        new SignaturePrinter(output, format, differentOnly: true).Print("de1b", "old `one`", signature with { Text = "old `one`" });

        Assert.Equal(expected + "\n", output.ToString());
    }

    [Fact]
    public async Task Reads_stored_crashes_by_id_and_by_query_with_the_lists_of_their_product()
    {
        var cancel = TestContext.Current.CancellationToken;
        var data = Path.Combine(_folder, "data");
        Directory.CreateDirectory(Path.Combine(data, "signature-lists", "Editor"));
        await File.WriteAllTextAsync(Path.Combine(data, "signature-lists", "Editor", "prefix.txt"), "ours$", cancel);
        CrashId editor, other;
        await using (var engines = await EmbeddedEngines.OpenAsync(data, TimeProvider.System, NullLoggerFactory.Instance, cancel))
        {
            editor = await StoreAsync(engines.Store, "Editor", "ours | theirs");
            other = await StoreAsync(engines.Store, "Other", "before");
        }

        var missing = CrashId.Create(DateTimeOffset.UtcNow);
        var byId = await RunAsync("", "--data", data, "--format", "csv", $"bp-{editor}", missing.ToString());
        var byQuery = await RunAsync(
            "", "--data", data, "--format", "markdown", "--different-only", "--query", "product=Editor&product=Other");
        var fromInput = await RunAsync($"{other}\n", "--data", data, "--verbose", "--format", "text");

        Assert.Equal(1, byId.Code);
        Assert.Equal(
            $"crashid,old,new,same?,notes\n\"{editor}\",\"ours | theirs\",\"ours | theirs\",\"yes\",\"\"\n", byId.Output);
        Assert.Equal($"socorro: crash {missing} is not stored, or not processed yet\n", byId.Error);
        Assert.Equal((0, $"* `{other}`: `before` → `ours`\n"), (byQuery.Code, byQuery.Output));
        Assert.Contains("New:      ours\n", fromInput.Output, StringComparison.Ordinal);
        Assert.Contains("Debug:    not a prefix; stop: \"ours\"", fromInput.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reads_objects_that_were_printed_for_people()
    {
        var printed = JsonNode.Parse(Crash)!.ToJsonString(Indented);

        var (code, output, errors) = await RunAsync($"{printed}\n{Crash}\n{printed[..^1]}", "--format", "text");

        Assert.Equal(1, code);
        Assert.Equal(2, output.Split('\n').Count(line => line == "New:      ours"));
        Assert.StartsWith($"socorro: line {printed.Count(c => c == '\n') + 3}: not JSON", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_what_is_no_file_and_makes_no_data_folder()
    {
        var id = CrashId.Create(DateTimeOffset.UtcNow).ToString();
        var data = Path.Combine(_folder, "data");

        var folder = await RunAsync("", _folder);
        var nothing = await RunAsync("", "bp-123");
        var stored = await RunAsync("", "--data", data, id);

        Assert.Equal((1, $"socorro: {_folder} is a folder; name the files in it\n"), (folder.Code, folder.Error));
        Assert.Equal((1, "socorro: bp-123 is no file, and no crash id or report address either\n"), (nothing.Code, nothing.Error));
        Assert.Equal(
            (2, $"socorro: there is no data folder {data}; name the server's with --data or SOCORRO_DATA\n"), (stored.Code, stored.Error));
        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public async Task A_wrong_query_is_explained()
    {
        var (code, _, errors) = await RunAsync("", "--data", _folder, "--query", "nothing_like_it=1");

        Assert.Equal(2, code);
        Assert.Contains("nothing_like_it", errors, StringComparison.Ordinal);
    }

    static async Task<CrashId> StoreAsync(CrashStore store, string product, string signature)
    {
        var raw = Pipelines.Raw(new Dictionary<string, string> { ["ProductName"] = product });
        var json = JsonSerializer.SerializeToUtf8Bytes(new
        {
            uuid = raw.Id.ToString(),
            product,
            signature,
            date_processed = raw.SubmittedAt.ToString("o"),
            json_dump = new
            {
                crash_info = new { crashing_thread = 0 },
                threads = new[] { new { frames = new[] { new { function = "ours(int)" }, new { function = "theirs()" } } } },
            },
        });
        await store.PutRawAsync(raw, [], TestContext.Current.CancellationToken);
        await store.PutProcessedAsync(new(raw.Id, json), TestContext.Current.CancellationToken);
        return raw.Id;
    }

    static Task<(int Code, string Output, string Error)> RunAsync(string input, params string[] arguments) =>
        SocorroProcess.RunWithInputAsync(input, ["signature", .. arguments]);
}
