using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Socorro.Storage;
using Socorro.Web.Access;
using Socorro.Web.Pages.Errors;

namespace Socorro.Web;

/// <summary>How a failed request is answered: a page for people, JSON for programs; never a stack trace.</summary>
static class Failures
{
    extension(IApplicationBuilder app)
    {
        /// <summary>Gives every bare error status its text, and every exception its status.</summary>
        public void UseFailures()
        {
            app.UseStatusCodePages(failed => WriteAsync(failed.HttpContext));
            app.UseExceptionHandler(new ExceptionHandlerOptions
            {
                ExceptionHandler = WriteAsync,
                StatusCodeSelector = failure => failure switch
                {
                    BadHttpRequestException bad => bad.StatusCode,
                    StorageRefusedException => StatusCodes.Status503ServiceUnavailable,
                    _ => StatusCodes.Status500InternalServerError,
                },
            });
        }
    }

    /// <summary>A page for somebody who is turned away.</summary>
    public static IResult Page(Refusal refusal) => Page(refusal.Status, refusal.Title, refusal.Explanation);

    /// <summary>A page that says what is wrong with the request.</summary>
    public static IResult Page(int status, string title, string explanation) =>
        new RazorComponentResult<ErrorPage>(new { Status = status, Title = title, Explanation = explanation })
        {
            StatusCode = status,
        };

    /// <summary>Answers somebody who is turned away.</summary>
    public static Task WriteAsync(HttpContext context, Refusal refusal)
    {
        if (refusal.Wait is { } wait)
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);

        return WriteAsync(context, refusal.Status, refusal.Title, refusal.Explanation, refusal.Error);
    }

    static Task WriteAsync(HttpContext context)
    {
        var status = context.Response.StatusCode;
        var error = status == StatusCodes.Status405MethodNotAllowed ? "Method not allowed" : Explain(status);
        return WriteAsync(context, status, ReasonPhrases.GetReasonPhrase(status), Explain(status), error);
    }

    static Task WriteAsync(HttpContext context, int status, string title, string explanation, string error)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.CacheControl = "no-store";
        return WantsPage(context.Request)
            ? Page(status, title, explanation).ExecuteAsync(context)
            : context.Response.WriteAsJsonAsync(Describe(context.Request, status, error), context.RequestAborted);
    }

    static bool WantsPage(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    /// <summary>The API speaks of an "error", the rest of the site of a "title", as clients of the field expect.</summary>
    static Dictionary<string, string> Describe(HttpRequest request, int status, string error) =>
        request.Path.StartsWithSegments("/api")
            ? new() { ["error"] = error }
            : new() { ["title"] = $"{status} {ReasonPhrases.GetReasonPhrase(status)}" };

    static string Explain(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "The request could not be understood.",
        StatusCodes.Status404NotFound => "There is nothing at this address.",
        StatusCodes.Status405MethodNotAllowed => "This address does not take that method.",
        StatusCodes.Status503ServiceUnavailable => "The server can't do this at the moment. Try again soon.",
        >= 500 => "The server failed on this request. The reason is in its log.",
        _ => "The request was refused.",
    };
}
