using Microsoft.AspNetCore.Http.HttpResults;
using Socorro.Web.Access;

namespace Socorro.Web.Pages.Login;

/// <summary><c>/login/</c> and <c>/logout/</c>: a token makes a session, by a form or by a link that holds it.</summary>
public sealed partial class LoginPage
{
    internal static async Task<IResult> ShowAsync(
        HttpContext context, TokenCheck tokens, Sessions sessions, CancellationToken cancel)
    {
        var query = context.Request.Query;
        var next = LocalAddress(query["next"]);
        return query["token"].ToString() is { Length: > 0 } secret
            ? await SignInAsync(context, secret, next, tokens, sessions, cancel)
            : Show(StatusCodes.Status200OK, next);
    }

    internal static async Task<IResult> SignInAsync(
        HttpContext context, TokenCheck tokens, Sessions sessions, CancellationToken cancel)
    {
        // Else another site could sign somebody in with a token of its own.
        if (!SameOrigin.IsOrigin(context.Request))
            return Failures.Page(Refusal.OtherOrigin);
        if (!context.Request.HasFormContentType)
            return TypedResults.StatusCode(StatusCodes.Status415UnsupportedMediaType);

        var form = await context.Request.ReadFormAsync(cancel);
        return await SignInAsync(context, form["token"].ToString().Trim(), LocalAddress(form["next"]), tokens, sessions, cancel);
    }

    internal static RedirectHttpResult SignOut(HttpContext context)
    {
        Sessions.Close(context);
        return TypedResults.LocalRedirect("/");
    }

    static async Task<IResult> SignInAsync(
        HttpContext context, string secret, string next, TokenCheck tokens, Sessions sessions, CancellationToken cancel)
    {
        var (token, refusal) = await tokens.FindAsync(secret, context.Connection.RemoteIpAddress, cancel);
        if (token is null)
            return Show(refusal!.Status, next, refusal.Explanation); // One of the two is there.

        await sessions.OpenAsync(context, token, cancel);
        return TypedResults.LocalRedirect(next);
    }

    static RazorComponentResult<LoginPage> Show(int status, string next, string? trouble = null) =>
        new(new { Next = next, Trouble = trouble }) { StatusCode = status };

    /// <summary>A path of this site, so that no link can lead from here to another; the home page in its place.</summary>
    static string LocalAddress(string? address) =>
        address is ['/', not ('/' or '\\'), ..] && !address.Any(char.IsControl) ? address : "/";
}
