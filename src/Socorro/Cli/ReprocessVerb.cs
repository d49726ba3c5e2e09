using System.CommandLine;
using System.Globalization;
using Socorro.Web.Api;

namespace Socorro.Cli;

static class ReprocessVerb
{
    const string StandardInput = "-";

    static readonly Argument<string[]> Crashes = new("CRASH")
    {
        Description = $"Ids of crashes, or addresses of their reports; {StandardInput} reads them from standard input",
        Arity = ArgumentArity.ZeroOrMore,
    };

    static readonly Option<string?> Query = new("--query")
    {
        Description = "Crashes by the parameters of a search, such as 'product=App&version=1.2&reason=~SIGSEGV'",
        HelpName = "QUERY",
    };

    static readonly Option<string?> Signature = new("--signature")
    {
        Description = "Crashes of this signature",
        HelpName = "TEXT",
    };

    static readonly Option<string?> From = new("--from")
    {
        Description = "Crashes submitted since then, such as 2026-11-24 or 2026-11-24T12:00:00Z; a week before the end unless said",
        HelpName = "DATE",
    };

    static readonly Option<string?> To = new("--to")
    {
        Description = "Crashes submitted before then; now unless said",
        HelpName = "DATE",
    };

    static readonly Option<string?> Only = new("--only")
    {
        Description = "'signature' makes the signature alone again, without walking stacks",
        HelpName = "WHAT",
    };

    static readonly Option<int?> Rate = new("--rate")
    {
        Description = "Crashes a second at most; the server's setting unless said",
        HelpName = "N",
    };

    static readonly Option<bool> Detach = new("--detach") { Description = "Give the order and do not wait for it" };

    static readonly Argument<long> Order = new("ORDER") { Description = "The number of the order" };

    public static Command Create()
    {
        var command = new Command("reprocess", "Have a server process crashes again: by id, by search, by signature or by date")
        {
            Crashes, Query, Signature, From, To, Only, Rate, Detach, ServerConnection.Url, ServerConnection.Token,
            Create("list", "List the newest orders", ListAsync),
            Create("show", "Show an order, and follow it while it is open", ShowAsync, Order),
            Create("cancel", "Stop an order; what is queued already is still processed", CancelAsync, Order),
        };
        command.SetAction(OrderAsync);
        return command;
    }

    static Command Create(
        string name, string description, Func<ParseResult, CancellationToken, Task<int>> run, params Argument[] arguments)
    {
        var command = new Command(name, description) { ServerConnection.Url, ServerConnection.Token };
        foreach (var argument in arguments)
            command.Arguments.Add(argument);

        command.SetAction(run);
        return command;
    }

    static async Task<int> OrderAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var http = ServerConnection.Open(parsed);
        var query = ReadQuery(parsed);
        var crashes = parsed.GetValue(Crashes) ?? [];
        if (query is null == (crashes.Length == 0))
            throw new VerbFailedException("name either crashes, or a search by --query, --signature, --from and --to", exitCode: 2);

        using var content = query is null ? ListIds(crashes) : new FormUrlEncodedContent([new("query", query), .. ReadOptions(parsed)]);
        var address = query is null
            ? $"api/Reprocessing/?{string.Join('&', ReadOptions(parsed).Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"))}"
            : "api/Reprocessing/";
        var order = (await AskAsync(http, HttpMethod.Post, address, content, cancel)).Single();
        Console.WriteLine($"Order {order.Order}: {Describe(order)}");
        return parsed.GetValue(Detach) ? 0 : await OrderProgress.FollowAsync(order, () => FindAsync(http, order.Order, cancel), cancel);
    }

    static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var http = ServerConnection.Open(parsed);
        foreach (var order in await AskAsync(http, HttpMethod.Get, "api/ReprocessingOrders/", null, cancel))
            Console.WriteLine($"{order.Order,6}  {order.State,-9}  {OrderProgress.Describe(order)}  {Describe(order)}");

        return 0;
    }

    static async Task<int> ShowAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var http = ServerConnection.Open(parsed);
        var order = await FindAsync(http, parsed.GetValue(Order), cancel);
        Console.WriteLine($"Order {order.Order}: {Describe(order)}");
        Console.WriteLine($"ordered by {order.OrderedBy} at {order.OrderedAt:yyyy-MM-dd HH:mm:ss} UTC");
        return await OrderProgress.FollowAsync(order, () => FindAsync(http, order.Order, cancel), cancel);
    }

    static async Task<int> CancelAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var http = ServerConnection.Open(parsed);
        var address = $"api/ReprocessingOrders/cancel/?order={parsed.GetValue(Order)}";
        var order = (await AskAsync(http, HttpMethod.Post, address, null, cancel)).Single();
        Console.WriteLine($"Order {order.Order} is {order.State}: {OrderProgress.Describe(order)}");
        return order.State == "cancelled" ? 0 : 1;
    }

    static async Task<OrderAnswer> FindAsync(HttpClient http, long order, CancellationToken cancel) =>
        (await AskAsync(http, HttpMethod.Get, $"api/ReprocessingOrders/?order={order}", null, cancel)).Single();

    static async Task<IReadOnlyList<OrderAnswer>> AskAsync(
        HttpClient http, HttpMethod method, string address, HttpContent? content, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, address) { Content = content };
        try
        {
            using var answer = await http.SendAsync(request, cancel);
            if (!answer.IsSuccessStatusCode)
                throw new VerbFailedException(await ServerErrors.ReadAsync(answer, cancel));

            return (await answer.Content.ReadFromJsonAsync<OrderList>(cancel))?.Orders ?? [];
        }
        catch (HttpRequestException e)
        {
            throw new VerbFailedException(
                $"can't reach {http.BaseAddress}: {e.Message} Is 'socorro run' running there? --url takes another address.", cause: e);
        }
    }

    static string? ReadQuery(ParseResult parsed)
    {
        var parts = new List<string>();
        if (parsed.GetValue(Query) is { } query)
            parts.Add(query.TrimStart('?'));
        if (parsed.GetValue(Signature) is { } signature)
            parts.Add("signature==" + Uri.EscapeDataString(signature));
        if (parsed.GetValue(From) is { } from)
            parts.Add($"date=>={Uri.EscapeDataString(from)}");
        if (parsed.GetValue(To) is { } to)
            parts.Add($"date=<{Uri.EscapeDataString(to)}");

        return parts.Count == 0 ? null : string.Join('&', parts);
    }

    static IEnumerable<KeyValuePair<string, string>> ReadOptions(ParseResult parsed)
    {
        if (parsed.GetValue(Only) is { } only)
            yield return new("only", only);
        if (parsed.GetValue(Rate) is { } rate)
            yield return new("rate", rate.ToString(CultureInfo.InvariantCulture));
    }

    static HttpContent ListIds(string[] crashes)
    {
        if (crashes is [StandardInput])
        {
            var input = new StreamContent(Console.OpenStandardInput());
            input.Headers.ContentType = new("text/plain");
            return input;
        }

        var ids = crashes.Select(text => CrashReference.TryParse(text, out var id)
            ? id.ToString()
            : throw new VerbFailedException($"'{text}' is not a crash id", exitCode: 2));
        return new StringContent(string.Join('\n', ids));
    }

    static string Describe(OrderAnswer order)
    {
        var crashes = order.Query is null
            ? $"{order.Total:#,0} crashes by id"
            : $"crashes of {Uri.UnescapeDataString(order.Query)}";
        var rate = order.Rate is { } perSecond ? $", at most {perSecond} a second" : "";
        return $"{(order.Only is null ? "" : "signatures of ")}{crashes}{rate}";
    }
}
