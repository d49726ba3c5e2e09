using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Socorro.Access;
using Socorro.Storage;

namespace Socorro.Web.Access;

/// <summary>
/// Browsers that are signed in. Their cookie says which token they came with and until when they stay, signed with the
/// catalog's key: nothing else is kept, so that sessions survive a restart and end at once when their token is revoked.
/// </summary>
sealed class Sessions(Catalog catalog, TimeProvider time)
{
    const string Cookie = "socorro_session";

    static readonly TimeSpan Life = TimeSpan.FromDays(30);

    ReadOnlyMemory<byte> _signingKey;

    public async Task OpenAsync(HttpContext context, AccessToken token, CancellationToken cancel)
    {
        var end = time.GetUtcNow() + Life;
        var claim = string.Create(CultureInfo.InvariantCulture, $"{token.Key}.{end.ToUnixTimeSeconds()}");
        var value = $"{claim}.{Base64Url.EncodeToString(await SignAsync(claim, cancel))}";
        context.Response.Cookies.Append(Cookie, value, Options(context.Request, Life));
    }

    public static void Close(HttpContext context) =>
        context.Response.Cookies.Delete(Cookie, Options(context.Request, life: null));

    /// <summary>The token that a browser signed in with; null when it did not, or the token does not work any more.</summary>
    public async Task<AccessToken?> FindAsync(HttpRequest request, CancellationToken cancel)
    {
        if (request.Cookies[Cookie]?.Split('.') is not [var keyText, var endText, var signature]
            || !long.TryParse(keyText, NumberStyles.None, CultureInfo.InvariantCulture, out var key)
            || !long.TryParse(endText, NumberStyles.None, CultureInfo.InvariantCulture, out var end))
        {
            return null;
        }

        var now = time.GetUtcNow();
        var expected = Base64Url.EncodeToString(await SignAsync($"{keyText}.{endText}", cancel));
        if (now.ToUnixTimeSeconds() >= end || !AreEqual(signature, expected))
            return null;

        return await catalog.Tokens.FindAsync(key, cancel) is { } token && !token.IsExpired(now) ? token : null;
    }

    async Task<byte[]> SignAsync(string claim, CancellationToken cancel)
    {
        if (_signingKey.IsEmpty)
            _signingKey = await catalog.Tokens.GetSessionKeyAsync(cancel);

        return HMACSHA256.HashData(_signingKey.Span, Encoding.UTF8.GetBytes(claim));
    }

    static bool AreEqual(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));

    static CookieOptions Options(HttpRequest request, TimeSpan? life) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = request.IsHttps,
        MaxAge = life,
        Path = "/",
        IsEssential = true,
    };
}
