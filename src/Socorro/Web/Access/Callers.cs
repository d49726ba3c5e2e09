using Microsoft.Net.Http.Headers;
using Socorro.Access;

namespace Socorro.Web.Access;

/// <summary>Who sent a request, and by what he is known.</summary>
/// <param name="Reader">Who reads.</param>
/// <param name="IsByCookie">True when a browser's cookie said so.</param>
/// <param name="Refusal">Why not even the public part is given; null when all is well.</param>
sealed record Caller(Reader Reader, bool IsByCookie = false, Refusal? Refusal = null);

/// <summary>Tells who sent a request: by the token in its headers, else by the session of its cookie.</summary>
sealed class Callers(TokenCheck tokens, Sessions sessions)
{
    const string TokenHeader = "Auth-Token";
    const string Bearer = "Bearer ";

    public async Task<Caller> IdentifyAsync(HttpContext context, CancellationToken cancel)
    {
        if (FindSecret(context.Request) is { } secret)
        {
            var (token, refusal) = await tokens.FindAsync(secret, context.Connection.RemoteIpAddress, cancel);
            return new(token?.ToReader() ?? Reader.Anonymous, Refusal: refusal);
        }

        return await sessions.FindAsync(context.Request, cancel) is { } session
            ? new(session.ToReader(), IsByCookie: true)
            : new(Reader.Anonymous);
    }

    static string? FindSecret(HttpRequest request)
    {
        if (request.Headers[TokenHeader].ToString() is { Length: > 0 } token)
            return token;

        return request.Headers[HeaderNames.Authorization].ToString() is var authorization
            && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
                ? authorization[Bearer.Length..].Trim()
                : null;
    }
}
