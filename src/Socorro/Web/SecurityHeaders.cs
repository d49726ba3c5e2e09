namespace Socorro.Web;

/// <summary>
/// The headers that keep a browser from doing with an answer what we never ask for. Nothing inline runs or styles: text
/// of a crash that slipped through encoding would still be inert.
/// </summary>
static class SecurityHeaders
{
    const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    extension(IApplicationBuilder app)
    {
        public void UseSecurityHeaders() => app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "same-origin";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            return next(context);
        });
    }
}
