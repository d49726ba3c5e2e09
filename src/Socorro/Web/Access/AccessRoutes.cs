using Socorro.Access;
using Socorro.Reading;

namespace Socorro.Web.Access;

/// <summary>The wiring of access.</summary>
static class AccessRoutes
{
    extension(IServiceCollection services)
    {
        public void AddSocorroAccess()
        {
            services.AddHttpContextAccessor();
            services.AddSingleton<TokenCheck>();
            services.AddSingleton<Sessions>();
            services.AddSingleton<Callers>();
            services.AddSingleton<Guard>();
            services.AddScoped(provider =>
                provider.GetRequiredService<IHttpContextAccessor>().HttpContext?.Features.Get<Reader>() ?? Reader.Anonymous);
            services.AddSingleton<CrashViews>();
            services.AddScoped(provider =>
                provider.GetRequiredService<CrashViews>().For(provider.GetRequiredService<Reader>()));
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
