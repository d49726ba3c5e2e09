using Socorro.Access;

namespace Socorro.Web.Access;

/// <summary>
/// Stands before every route of the web part: finds out who reads, and turns away whom the route does not want. The
/// collector's routes are not its business: they take crashes from everyone, and tokens of their own.
/// </summary>
sealed class Guard(Callers callers)
{
    static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head, HttpMethods.Options];

    public async Task LetThroughAsync(HttpContext context, RequestDelegate next)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint is not null && endpoint.Metadata.GetMetadata<Guarded>() is null)
        {
            await next(context);
            return;
        }

        var caller = await callers.IdentifyAsync(context, context.RequestAborted);
        context.Features.Set(caller.Reader);
        // Whatever is not said to be for everyone may be this reader's alone.
        var headers = context.Response.Headers;
        if (headers.CacheControl.Count == 0)
            headers.CacheControl = "private, no-cache";

        var refusal = caller.Refusal ?? FindRefusal(context, endpoint, caller);
        await (refusal is null ? AnswerAsync(context, next, caller.Reader) : refusal.WriteAsync(context));
    }

    static async Task AnswerAsync(HttpContext context, RequestDelegate next, Reader reader)
    {
        try
        {
            await next(context);
        }
        catch (PermissionMissingException e) when (!context.Response.HasStarted)
        {
            await Refusal.Lacking(e.Permission, reader).WriteAsync(context);
        }
    }

    static Refusal? FindRefusal(HttpContext context, Endpoint? endpoint, Caller caller)
    {
        // A browser sends its cookie whoever made it ask; only our own pages may make it change something.
        if (caller.IsByCookie && !Reading.Contains(context.Request.Method) && !SameOrigin.IsOrigin(context.Request))
            return Refusal.OtherOrigin;

        return endpoint?.Metadata.GetMetadata<Requirement>() is { } needed && !caller.Reader.May(needed.Permission)
            ? Refusal.Lacking(needed.Permission, caller.Reader)
            : null;
    }
}
