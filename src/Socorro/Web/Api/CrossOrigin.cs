namespace Socorro.Web.Api;

/// <summary>
/// Lets scripts of any site read the API's JSON, and lets nobody keep a crash's documents in a cache. Dumps are not for
/// other sites: they hold the memory of a process.
/// </summary>
static class CrossOrigin
{
    extension(IApplicationBuilder app)
    {
        public void UseCrossOrigin() => app.Use((context, next) =>
        {
            if (!context.Request.Path.StartsWithSegments("/api"))
                return next(context);

            var headers = context.Response.Headers;
            headers.CacheControl = "no-store";
            if (context.Request.Query["format"] != "raw")
                headers.AccessControlAllowOrigin = "*";
            if (!HttpMethods.IsOptions(context.Request.Method))
                return next(context);

            headers.AccessControlAllowMethods = "GET, OPTIONS";
            headers.AccessControlAllowHeaders = "Accept, Auth-Token, Authorization, Content-Type";
            return context.Response.WriteAsJsonAsync(new { }, context.RequestAborted);
        });
    }
}
