using System.Security.Cryptography;
using System.Text;

namespace Socorro.Collecting;

/// <summary>The secrets that a request may bring. They are compared in constant time, and never stored.</summary>
static class RequestToken
{
    const string Bearer = "Bearer ";

    /// <summary>Addresses are all that some crash reporters can be given; the second name is the one of Sentry's clients.</summary>
    static readonly string[] QueryNames = ["token", "sentry_key"];

    public static bool IsBearer(HttpRequest request, string token) =>
        request.Headers.Authorization.ToString() is var given
        && given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
        && AreEqual(given[Bearer.Length..], token);

    /// <summary>Whether it comes with one of these, as bearer token or in its address.</summary>
    public static bool IsAny(HttpRequest request, IEnumerable<string> tokens) => tokens.Any(
        token => IsBearer(request, token) || QueryNames.Any(name => AreEqual(request.Query[name].ToString(), token)));

    static bool AreEqual(string given, string token) =>
        token.Length > 0 && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(token));
}
