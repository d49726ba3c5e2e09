using System.Collections.Concurrent;
using System.Net;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Socorro.Tests.Web.Access;

/// <summary>What a server answered to one request: status, headers and body as one text.</summary>
public sealed record Answer(string Request, HttpStatusCode Status, string Text);

/// <summary>
/// Asks every route of a running server, with all values it was given for the parameters that the route declares, and
/// follows every link of every page.
/// </summary>
/// <param name="client">Sends the headers of one reader.</param>
/// <param name="values">For each parameter of a route or a query what to try; null leaves a query parameter out.</param>
public sealed partial class Crawl(HttpClient client, IReadOnlyDictionary<string, string?[]> values)
{
    const int MostRequests = 3_000;

    static readonly Type[] FromRequest = [typeof(string), typeof(int), typeof(long), typeof(bool), typeof(DateTimeOffset), typeof(string[])];

    readonly ConcurrentQueue<Answer> _answers = new();
    readonly HashSet<string> _seen = [];
    readonly Queue<string> _links = new();

    public IReadOnlyCollection<Answer> Answers => _answers;

    public async Task RunAsync(IEnumerable<RouteEndpoint> routes, CancellationToken cancel)
    {
        foreach (var route in routes)
        {
            var methods = route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [HttpMethods.Get, HttpMethods.Post];
            foreach (var method in methods.Except([HttpMethods.Options]))
            {
                foreach (var path in Addresses(route))
                    await AskAsync(new(method), path, cancel);
            }
        }

        while (_links.TryDequeue(out var link))
            await AskAsync(HttpMethod.Get, link, cancel);
    }

    /// <summary>Every address of a route that its parameters and our values make.</summary>
    IEnumerable<string> Addresses(RouteEndpoint route)
    {
        var pattern = route.RoutePattern.RawText!; // Routes that were mapped have one.
        var inPath = route.RoutePattern.Parameters.Select(parameter => parameter.Name).ToList();
        var addresses = inPath.Aggregate(
            (IEnumerable<string>)[pattern],
            (all, name) => all.SelectMany(address => ValuesOf($"{{{name}}}", pattern).Select(
                value => Regex.Replace(address, $@"\{{\**{name}\}}", Uri.EscapeDataString(value ?? "")))));
        return QueryNames(route).Except(inPath).Aggregate(
            addresses,
            (all, name) => all.SelectMany(address => ValuesOf(name, pattern).Select(value => value is null
                ? address
                : $"{address}{(address.Contains('?') ? '&' : '?')}{name}={Uri.EscapeDataString(value)}")));
    }

    /// <summary>Those that the handler declares, and for handlers that read them themselves those we say of its pattern.</summary>
    IEnumerable<string> QueryNames(RouteEndpoint route)
    {
        var declared =
            from parameter in route.Metadata.GetMetadata<MethodInfo>()?.GetParameters() ?? []
            where FromRequest.Contains(Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType)
            select parameter.GetCustomAttribute<FromQueryAttribute>()?.Name ?? parameter.Name!; // Of a method.
        var read = values.TryGetValue($"? {route.RoutePattern.RawText}", out var names) ? names.OfType<string>() : [];
        return declared.Concat(read).Distinct();
    }

    string?[] ValuesOf(string name, string pattern) => values.TryGetValue(name, out var known)
        ? known
        : throw new InvalidOperationException($"The crawler has no value for the parameter '{name}' of {pattern}: give it one that leads to the crash");

    async Task AskAsync(HttpMethod method, string path, CancellationToken cancel)
    {
        if (!_seen.Add($"{method} {path}"))
            return;

        Assert.True(_seen.Count < MostRequests, $"more than {MostRequests} requests, the last is {path}");
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Sec-Fetch-Site", "same-origin");
        // Pages are told by what they are asked for, and so are errors.
        if (!path.StartsWith("/api/", StringComparison.Ordinal) || path == "/api/")
            request.Headers.Accept.ParseAdd("text/html");
        if (method == HttpMethod.Post)
            request.Content = new FormUrlEncodedContent([]);

        using var answer = await client.SendAsync(request, cancel);
        var body = Encoding.Latin1.GetString(await answer.Content.ReadAsByteArrayAsync(cancel));
        _answers.Enqueue(new($"{method} {path}", answer.StatusCode, $"{answer.Headers}{answer.Content.Headers}\n{body}"));
        if (answer.Headers.Location?.ToString() is { } location)
            Follow(location);
        if (answer.Content.Headers.ContentType?.MediaType != "text/html")
            return;

        foreach (Match link in Link().Matches(body))
            Follow(WebUtility.HtmlDecode(link.Groups[1].Value));
    }

    void Follow(string link)
    {
        var path = link.Split('#')[0];
        if (path.StartsWith('/') && !path.StartsWith("//", StringComparison.Ordinal))
            _links.Enqueue(path);
    }

    [GeneratedRegex("""(?:href|src|action|data-show|data-pending)="([^"]+)["]""")]
    private static partial Regex Link();
}
