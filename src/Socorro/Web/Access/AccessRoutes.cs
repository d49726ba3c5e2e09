using Socorro.Access;

namespace Socorro.Web.Access;

/// <summary>The wiring of access.</summary>
static class AccessRoutes
{
    extension(IServiceCollection services)
    {
        public void AddSocorroAccess()
        {
            services.AddHttpContextAccessor();
            services.AddSingleton<Callers>();
            services.AddSingleton<Guard>();
            services.AddScoped(provider =>
                provider.GetRequiredService<IHttpContextAccessor>().HttpContext?.Features.Get<Reader>() ?? Reader.Anonymous);
        }
    }

    extension(WebApplication app)
    {
        public void UseGuard()
        {
            var guard = app.Services.GetRequiredService<Guard>();
            app.Use(next => context => guard.LetThroughAsync(context, next));
        }
    }
}
