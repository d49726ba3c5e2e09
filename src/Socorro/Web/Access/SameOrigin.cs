using Microsoft.Net.Http.Headers;

namespace Socorro.Web.Access;

/// <summary>Whether a page of this very site made a browser ask.</summary>
static class SameOrigin
{
    const string FetchSite = "Sec-Fetch-Site";

    /// <summary>
    /// By what the browser says of itself, which scripts can't change. One that says neither is not believed. Host
    /// alone is compared, for behind a proxy that ends TLS we do not know by which scheme we are reached.
    /// </summary>
    public static bool IsOrigin(HttpRequest request)
    {
        if (request.Headers[FetchSite] is [{ } site])
            return site == "same-origin";

        return request.Headers[HeaderNames.Origin] is [{ } origin]
            && Uri.TryCreate(origin, UriKind.Absolute, out var url)
            && string.Equals(url.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
