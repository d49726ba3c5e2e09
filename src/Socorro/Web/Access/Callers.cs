using Microsoft.Net.Http.Headers;
using Socorro.Access;
using Socorro.Storage;

namespace Socorro.Web.Access;

/// <summary>Who sent a request, and by what it was known.</summary>
/// <param name="Reader">Who reads.</param>
/// <param name="IsByCookie">True when a browser's cookie said so.</param>
/// <param name="Refusal">Why not even the public part is given; null when all is well.</param>
sealed record Caller(Reader Reader, bool IsByCookie = false, Refusal? Refusal = null)
{
    public static readonly Caller Anonymous = new(Reader.Anonymous);

    public static Caller Refused(Refusal refusal) => new(Reader.Anonymous, Refusal: refusal);
}

/// <summary>Tells who sent a request by the token in its headers.</summary>
sealed class Callers(Catalog catalog, TimeProvider time)
{
    const string TokenHeader = "Auth-Token";
    const string Bearer = "Bearer ";

    static readonly TimeSpan UseIsNotedEvery = TimeSpan.FromHours(1);

    public async Task<Caller> IdentifyAsync(HttpContext context, CancellationToken cancel) =>
        FindSecret(context.Request) is { } secret ? await IdentifyAsync(secret, cancel) : Caller.Anonymous;

    async Task<Caller> IdentifyAsync(string secret, CancellationToken cancel)
    {
        if (await catalog.Tokens.FindAsync(TokenSecret.Hash(secret), cancel) is not { } token)
            return Caller.Refused(Refusal.UnknownToken);

        var now = time.GetUtcNow();
        if (token.IsExpired(now))
            return Caller.Refused(Refusal.ExpiredToken);

        if (now - token.LastUsedAt is not { } age || age >= UseIsNotedEvery)
            await catalog.Tokens.NoteUseAsync(token.Key, now, cancel);

        return new(token.ToReader());
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
