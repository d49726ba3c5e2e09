using System.Text.RegularExpressions;
using Socorro.Cli;
using Socorro.Tests.Storage;

namespace Socorro.Tests.EndToEnd;

/// <summary>What the README tells people to type works as it stands, but for the place of the dump and the port.</summary>
public sealed partial class ReadmeTests : IDisposable
{
    static readonly string Text = File.ReadAllText(Path.Combine(Checkout.Root, "README.md"));

    readonly TemporaryFolder _folder = new();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_way_to_post_a_crash_prints_a_crash_id_that_opens()
    {
        await using var server = await ServerProcess.StartAsync(_folder.Of("data"), Cancel);
        var commands = Command().Matches(Text).Select(match => match.Value)
            .Where(command => command.StartsWith("curl", StringComparison.Ordinal)
                || command.StartsWith("./socorro submit", StringComparison.Ordinal))
            .ToList();

        Assert.Equal(2, commands.Count);
        foreach (var command in commands)
        {
            var printed = await RunAsync(command.Replace("./socorro submit", "./socorro submit --url http://127.0.0.1:8000"), server);
            var id = CrashIdLine().Match(printed).Groups[1].Value;
            Assert.NotEqual("", id);
            using var page = await server.Http.GetAsync($"/report/index/{id}", Cancel);
            Assert.True(page.IsSuccessStatusCode, $"{command} gave {id}, whose page answers {page.StatusCode}");
        }
    }

    [Fact]
    public async Task The_printed_link_signs_in_and_is_printed_once()
    {
        var shown = Regex.Match(Text, "`(Sign in: [^`]+)…`").Groups[1].Value;
        await using (var server = await ServerProcess.StartAsync(_folder.Of("data"), Cancel))
        {
            Assert.StartsWith(shown.Replace("http://127.0.0.1:8000/", $"{server.Http.BaseAddress}"), server.SignIn);
            var home = await server.Http.GetStringAsync(server.SignIn!["Sign in: ".Length..], Cancel);
            Assert.Contains("No crashes yet", home);
            Assert.Contains(">first start<", home);
            await server.StopAsync(Cancel);
        }

        var (_, tokens, _) = await SocorroProcess.RunAsync("token", "list", "--data", _folder.Of("data"));
        Assert.Single(Regex.Matches(tokens, "first start"));
    }

    [Fact]
    public async Task The_analysis_without_a_server_explains_the_crash()
    {
        var command = Regex.Match(Text, "`(./socorro stackwalk [^`]+)`").Groups[1].Value;

        Assert.Contains("EXCEPTION_ACCESS_VIOLATION_WRITE", await RunAsync(command, server: null));
    }

    [Fact]
    public void The_table_of_verbs_is_complete()
    {
        var named = Regex.Matches(Text, @"(?m)^\| `(\w+)` \|").Select(match => match.Groups[1].Value);

        Assert.Equal(Verbs.Create().Subcommands.Select(verb => verb.Name), named);
    }

    [Fact]
    public void It_is_short() => Assert.InRange(Text.Split('\n').Length, 40, 120);

    async Task<string> RunAsync(string command, ServerProcess? server)
    {
        var dump = Path.Combine(Checkout.Root, "test", "Data", "minidump2.dmp");
        var adapted = command
            .Replace("./socorro", Path.Combine(AppContext.BaseDirectory, "socorro"))
            .Replace("crash.dmp", dump)
            .Replace("/path/to/symbols", _folder.Path)
            .Replace("http://127.0.0.1:8000", server?.Http.BaseAddress!.ToString().TrimEnd('/'));
        var (code, printed, errors) = await SocorroProcess.RunProgramAsync("/usr/bin/env", "bash", "-c", adapted);
        Assert.True(code == 0, $"{adapted} ended with {code}: {errors}");
        return printed;
    }

    [GeneratedRegex(@"(?m)^(?:curl|\./socorro) .*$")]
    private static partial Regex Command();

    [GeneratedRegex(@"CrashID=bp-(\S+)")]
    private static partial Regex CrashIdLine();
}
