using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Socorro.Collecting;

/// <summary>The collector's place in the server: what is HTTP about it and not about crashes.</summary>
public static class SubmitEndpoint
{
    const string Path = "/submit";
    const string SentryPath = "/api/{project}/minidump";
    const string Json = "application/json";

    extension(IEndpointRouteBuilder routes)
    {
        /// <summary>Maps <c>/submit</c>, and the address that Sentry's clients have for minidumps.</summary>
        public void MapCollecting()
        {
            routes.Map(Path, HandleAsync);
            routes.Map(SentryPath, HandleAsync);
        }
    }

    static Task HandleAsync(HttpContext context, Collector collector, CancellationToken cancel)
    {
        var response = context.Response;
        // Routing takes /submit/ for the same address; clients are promised that it is not.
        if (context.Request.Path == $"{Path}/")
            return WriteTitleAsync(response, StatusCodes.Status404NotFound, cancel);

        // A page of any origin may submit: a crash carries no authority, and nothing can be read back.
        response.Headers.AccessControlAllowOrigin = "*";
        if (HttpMethods.IsOptions(context.Request.Method))
            return AllowOtherOrigins(response);

        response.Headers.Allow = HttpMethods.Post;
        return HttpMethods.IsPost(context.Request.Method)
            ? SubmitAsync(context, collector, cancel)
            : WriteTitleAsync(response, StatusCodes.Status405MethodNotAllowed, cancel);
    }

    static async Task SubmitAsync(HttpContext context, Collector collector, CancellationToken cancel)
    {
        var response = context.Response;
        response.Headers.Remove(HeaderNames.Allow);
        response.Headers.Vary = HeaderNames.Accept;
        var answer = await collector.AcceptAsync(context.Request, cancel);
        response.StatusCode = answer.Status;
        if (answer is Answer.Refused(_, _, var wait))
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);

        await (WantsJson(context.Request)
            ? WriteAsync(response, Json, answer.ToJson(), cancel)
            : WriteAsync(response, "text/plain; charset=utf-8", answer.ToText(), cancel));
    }

    static bool WantsJson(HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(range => range.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase));

    static Task AllowOtherOrigins(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status204NoContent;
        response.Headers.AccessControlAllowMethods = HttpMethods.Post;
        response.Headers.AccessControlAllowHeaders = "Content-Type, Content-Encoding";
        response.Headers.AccessControlMaxAge = "86400";
        return Task.CompletedTask;
    }

    static Task WriteTitleAsync(HttpResponse response, int status, CancellationToken cancel)
    {
        response.StatusCode = status;
        return WriteAsync(response, Json, $$"""{"title": "{{status}} {{ReasonPhrases.GetReasonPhrase(status)}}"}""", cancel);
    }

    // Every answer has a Content-Length: Crashpad can't read a chunked one.
    static async Task WriteAsync(HttpResponse response, string type, string text, CancellationToken cancel)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        response.ContentType = type;
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, cancel);
    }
}
