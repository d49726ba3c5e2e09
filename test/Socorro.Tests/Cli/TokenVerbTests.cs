using Socorro.Access;
using Socorro.Engines.Embedded;
using Socorro.Storage;
using Socorro.Tests.Storage;

namespace Socorro.Tests.Cli;

/// <summary>The verb as people run it, beside a process that has the same data folder open, as a server has.</summary>
public sealed class TokenVerbTests : IAsyncLifetime
{
    readonly TemporaryFolder _folder = new();
    EmbeddedEngines? _server;

    TokenRegistry Tokens => _server!.Catalog.Tokens; // Opened before each test.

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await EmbeddedEngines.OpenAsync(
        _folder.Of("data"), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, Cancel);

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_created_token_works_at_once_is_listed_without_its_secret_and_ends_when_revoked()
    {
        var (code, secret, _) = await RunAsync("create", "Ann's", "-p", "view_pii", "--permission", "view_rawdump");
        var token = await Tokens.FindAsync(TokenSecret.Hash(secret.Trim()), Cancel);

        Assert.Equal(0, code);
        Assert.Equal(("Ann's", Permission.ViewProtected | Permission.ViewRawDumps), (token?.Name, token?.Permissions));
        Assert.Equal(TimeSpan.FromDays(90), token!.ExpiresAt - token.CreatedAt);

        var (_, list, _) = await RunAsync("list");
        Assert.Matches(@"(?m)^Ann's +\d{4}-\d\d-\d\d +\d{4}-\d\d-\d\d +never +view_pii view_rawdump$", list);
        Assert.DoesNotContain(secret.Trim(), list, StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync("revoke", "Ann's")).Code);
        Assert.Null(await Tokens.FindAsync(token.Key, Cancel));
    }

    [Fact]
    public async Task A_token_for_everything_and_for_ever_is_made_on_request()
    {
        var (_, secret, _) = await RunAsync("create", "ci", "-p", "all", "--days", "0");
        var token = await Tokens.FindAsync(TokenSecret.Hash(secret.Trim()), Cancel);

        Assert.Equal((Permission.All, null), (token!.Permissions, token.ExpiresAt));
    }

    [Fact]
    public async Task The_secret_is_nowhere_in_the_data_folder()
    {
        var (_, secret, _) = await RunAsync("create", "ci", "-p", "all");

        foreach (var file in Directory.EnumerateFiles(_folder.Of("data"), "catalog.db*"))
        {
            // The server holds locks, which a copy need not ask for.
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(secret.Trim(), await reader.ReadToEndAsync(Cancel), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(2, "--permission 'root' is none of view_pii, view_rawdump, reprocess_crashes, administer, all", "create", "a", "-p", "root")]
    [InlineData(2, "Option '--permission' is required.", "create", "a")]
    [InlineData(2, "--days -1 is not a number from 0 to 36500", "create", "a", "-p", "all", "--days", "-1")]
    [InlineData(2, "the name of a token has 1 to 100 characters", "create", " ", "-p", "all")]
    [InlineData(1, "there is no token 'nobody'", "revoke", "nobody")]
    public async Task Mistakes_are_told(int expected, string message, params string[] arguments)
    {
        var (code, _, error) = await RunAsync(arguments);

        Assert.Equal(expected, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Empty(await Tokens.ListAsync(Cancel));
    }

    [Fact]
    public async Task A_name_is_given_once()
    {
        await RunAsync("create", "ci", "-p", "view_pii");
        var (code, _, error) = await RunAsync("create", "ci", "-p", "all");

        Assert.Equal(1, code);
        Assert.Contains("there is a token 'ci' already", error, StringComparison.Ordinal);
        Assert.Equal(Permission.ViewProtected, Assert.Single(await Tokens.ListAsync(Cancel)).Permissions);
    }

    Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) =>
        SocorroProcess.RunAsync(["token", .. arguments, "--data", _folder.Of("data")]);
}
