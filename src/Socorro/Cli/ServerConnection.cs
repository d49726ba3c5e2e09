using System.CommandLine;

namespace Socorro.Cli;

/// <summary>The options of verbs that ask a running server for something, and the way to it.</summary>
static class ServerConnection
{
    const string TokenVariable = "SOCORRO_TOKEN";

    public static readonly Option<string> Url = new("--url")
    {
        Description = "The server",
        HelpName = "URL",
        DefaultValueFactory = _ => new Options().Url,
    };

    public static readonly Option<string?> Token = CreateTokenOption("A token that permits it, see 'socorro token'");

    /// <summary>Tokens may come from the environment, where other users of the machine do not see them.</summary>
    static Option<string?> CreateTokenOption(string meaning) => new("--token")
    {
        Description = $"{meaning} [{TokenVariable}]",
        HelpName = "TOKEN",
    };

    /// <summary>What a token option gives; empty for none. No default of the option's, which help would show to whoever looks on.</summary>
    public static string Find(ParseResult parsed, Option<string?> token) =>
        parsed.GetValue(token) ?? Environment.GetEnvironmentVariable(TokenVariable) ?? "";

    /// <summary>For verbs that submit crashes.</summary>
    public static Option<string?> CreateUploadTokenOption() => CreateTokenOption("An upload token, which the collector may ask for");

    /// <summary>A client of the server that sends the token with each request.</summary>
    public static HttpClient Open(ParseResult parsed)
    {
        var text = parsed.GetRequiredValue(Url);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new VerbFailedException($"--url '{text}' is not an address such as http://127.0.0.1:8000", exitCode: 2);

        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = url };
        if (Find(parsed, Token) is { Length: > 0 } token)
            http.DefaultRequestHeaders.Add("Auth-Token", token);
        return http;
    }
}
