using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Access;
using Socorro.Engines.Embedded;
using Socorro.Storage;

namespace Socorro.Cli;

/// <summary>
/// Makes, lists and revokes tokens. It opens the data folder itself, whether or not a server runs on it: who may do
/// that may do everything.
/// </summary>
static class TokenVerb
{
    const string Everything = "all";

    static readonly string Names = string.Join(", ", PermissionName.All.Select(one => one.Name));

    static readonly Argument<string> Name = new("NAME") { Description = "Whose token it is, or what for" };

    static readonly Option<string[]> Permissions = new("--permission", "-p")
    {
        Description = $"What it permits: {Names}, or {Everything}; may be given several times",
        HelpName = "PERMISSION",
        Required = true,
    };

    static readonly Option<int> Days = new("--days")
    {
        Description = "Days after which it stops to work; 0 for never",
        HelpName = "N",
        DefaultValueFactory = _ => 90,
    };

    public static Command Create() =>
        new("token", "Make, list and revoke the tokens by which a server knows who may see and do what")
        {
            With("create", "Make a token and print its secret, this once", [Name, Permissions, Days], CreateAsync),
            With("list", "List all tokens; their secrets are not known", [], ListAsync),
            With("revoke", "Make a token worthless, and all browsers that signed in with it", [Name], RevokeAsync),
        };

    static Command With(
        string name,
        string description,
        Symbol[] symbols,
        Func<TokenRegistry, ParseResult, CancellationToken, Task> run)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Add(argument);
            else if (symbol is Option option)
                command.Add(option);
        }

        var settings = new SettingOptions();
        settings.AddTo(command, "data");
        command.SetAction(async (parsed, cancel) =>
        {
            await using var engines = await OpenAsync(settings.Resolve(parsed).Options.Data, cancel);
            await run(engines.Catalog.Tokens, parsed, cancel);
        });
        return command;
    }

    static async Task CreateAsync(TokenRegistry tokens, ParseResult parsed, CancellationToken cancel)
    {
        var name = parsed.GetRequiredValue(Name).Trim();
        if (name.Length is 0 or > 100 || name.Any(char.IsControl))
            throw new VerbFailedException("the name of a token has 1 to 100 characters", exitCode: 2);

        var permissions = parsed.GetRequiredValue(Permissions).Aggregate(Permission.None, (all, one) => all | Parse(one));
        var days = parsed.GetValue(Days);
        if (days is < 0 or > 36_500)
            throw new VerbFailedException($"--days {days} is not a number from 0 to 36500", exitCode: 2);

        var life = days == 0 ? (TimeSpan?)null : TimeSpan.FromDays(days);
        var secret = await tokens.IssueAsync(name, permissions, DateTimeOffset.UtcNow, life, cancel)
            ?? throw new VerbFailedException($"there is a token '{name}' already: revoke it, or take another name");
        Console.WriteLine(secret);
        Console.Error.WriteLine("Keep it: nobody can print it again. It goes into the sign-in page, SOCORRO_TOKEN, or the header Auth-Token.");
    }

    static async Task ListAsync(TokenRegistry tokens, ParseResult parsed, CancellationToken cancel)
    {
        var all = await tokens.ListAsync(cancel);
        var width = all.Select(token => token.Name.Length).Append("NAME".Length).Max();
        Console.WriteLine($"{"NAME".PadRight(width)}  CREATED     EXPIRES     LAST USED   PERMISSIONS");
        foreach (var token in all)
        {
            var permissions = string.Join(' ', PermissionName.Of(token.Permissions).Select(one => one.Name));
            Console.WriteLine(
                $"{token.Name.PadRight(width)}  {Day(token.CreatedAt)}  {Day(token.ExpiresAt)}  {Day(token.LastUsedAt)}  {permissions}");
        }
    }

    static async Task RevokeAsync(TokenRegistry tokens, ParseResult parsed, CancellationToken cancel)
    {
        var name = parsed.GetRequiredValue(Name);
        if (!await tokens.RemoveAsync(name, cancel))
            throw new VerbFailedException($"there is no token '{name}'");
    }

    static Permission Parse(string name) =>
        name == Everything ? Permission.All
        : PermissionName.Find(name)
            ?? throw new VerbFailedException($"--permission '{name}' is none of {Names}, {Everything}", exitCode: 2);

    static string Day(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "never     ";

    static async Task<EmbeddedEngines> OpenAsync(string data, CancellationToken cancel)
    {
        try
        {
            return await EmbeddedEngines.OpenAsync(data, TimeProvider.System, NullLoggerFactory.Instance, cancel);
        }
        catch (StorageRefusedException e)
        {
            throw new VerbFailedException($"{e.Message} --data takes another folder.", cause: e);
        }
    }
}
