using System.Text;
using System.Text.Json;
using Socorro.Tests.Storage;

namespace Socorro.Tests.Cli;

/// <summary><c>socorro process</c> as a process.</summary>
public sealed class ProcessVerbTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Processes_a_folder_with_fields_of_an_operator()
    {
        File.WriteAllText(_folder.Of("annotations.json"), """{"ProductName":"Game","Level":7}""");
        File.WriteAllText(_folder.Of("upload_file_minidump.dmp"), "");
        File.WriteAllText(
            _folder.Of("fields.json"),
            """[{"name":"level","type":"integer","public":true,"annotations":["Level"],"about":"The level."}]""");

        var (code, output, _) = await SocorroProcess.RunAsync("process", _folder.Path, "--fields", _folder.Of("fields.json"));

        Assert.Equal(0, code);
        var document = JsonElement.Parse(Encoding.UTF8.GetBytes(output));
        Assert.Equal(7, document.GetProperty("level").GetInt32());
        Assert.Equal("Game", document.GetProperty("product").GetString());
        Assert.Equal("EmptyMinidump", document.GetProperty("mdsw_status_string").GetString());
    }

    [Fact]
    public async Task Explains_what_each_rule_used_and_wrote()
    {
        File.WriteAllText(_folder.Of("annotations.json"), """{"CrashTime":"1336519554"}""");

        var (_, output, _) = await SocorroProcess.RunAsync("process", _folder.Path, "--explain");

        Assert.Contains("    used CrashTime\n", output, StringComparison.Ordinal);
        Assert.Contains("    crash_time = 1336519554\n", output, StringComparison.Ordinal);
        Assert.Contains(">>> Start processing", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_what_is_wrong_with_the_fields_of_an_operator()
    {
        File.WriteAllText(_folder.Of("fields.json"), """[{"name":"level"}]""");

        var (code, _, error) = await SocorroProcess.RunAsync("process", _folder.Path, "--fields", _folder.Of("fields.json"));

        Assert.Equal(2, code);
        Assert.Contains("row 1 (level): about must say what it means", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_a_folder_without_a_crash()
    {
        File.WriteAllText(_folder.Of("notes.txt"), "nothing");

        var (code, _, error) = await SocorroProcess.RunAsync("process", _folder.Path);

        Assert.Equal(2, code);
        Assert.Contains("has neither annotations.json nor files such as", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing-like-it", 2, "neither a crash id nor a folder")]
    [InlineData("bp-f2682688-d4ae-4920-8118-cb9c90261124", 1, "is not in")]
    public async Task Refuses_what_is_not_a_crash(string crash, int expected, string said)
    {
        var (code, _, error) = await SocorroProcess.RunAsync("process", crash, "--data", _folder.Of("data"));

        Assert.Equal(expected, code);
        Assert.Contains(said, error, StringComparison.Ordinal);
    }
}
