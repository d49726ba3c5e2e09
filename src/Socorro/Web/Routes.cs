using Microsoft.Extensions.DependencyInjection.Extensions;
using Socorro.Fields;
using Socorro.Web.Api;
using Socorro.Web.Assets;
using Socorro.Web.Pages.ApiGuide;
using Socorro.Web.Pages.Home;
using Socorro.Web.Pages.Monitoring;
using Socorro.Web.Pages.Report;
using Socorro.Web.Pages.Search;
using Socorro.Web.Pages.Signature;

namespace Socorro.Web;

/// <summary>Everything that the web part answers to. A page is a folder in Pages and a line here.</summary>
public static class Routes
{
    static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>What the pages need beside the engines, the options and the clock.</summary>
    public static void AddSocorroWeb(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddSocorroApi();
        services.AddSocorroMetrics();
        services.TryAddSingleton(FieldSet.Default);
        services.AddSingleton<PriorityRequests>();
        services.AddSingleton<Heartbeat>();
        services.AddResponseCompression(compression => compression.EnableForHttps = true);
    }

    /// <summary>Maps pages, API, health and metrics, and the guards around every answer of the process.</summary>
    public static void MapWeb(this WebApplication app)
    {
        app.UseWhen(IsRead, pages => pages.UseResponseCompression());
        app.UseSecurityHeaders();
        app.UseFailures();
        app.UseCrossOrigin();

        app.MapPage("/", HomePage.ShowAsync);
        app.MapPage("/report/index/{**id}", ReportPage.ShowAsync);
        app.MapPage("/signature/", SignaturePage.ShowAsync);
        app.MapPage("/search/quick/", QuickSearch.Find);
        app.MapPage("/monitoring/", MonitoringPage.ShowAsync);
        app.MapPage("/api/", ApiGuidePage.Show);

        app.MapPage("/assets/{name}", AssetFile.Send);
        app.MapPage("/favicon.ico", () => AssetFile.Send("favicon.svg"));
        app.MapPage("/robots.txt", () => TypedResults.Text("User-agent: *\nDisallow: /\n"));

        app.MapPage("/__heartbeat__", Heartbeat.AnswerAsync);
        app.MapPage("/__lbheartbeat__", () => TypedResults.Content("", "application/json"));
        app.MapPage("/__version__", RunningVersion.Answer);
        app.MapSocorroMetrics();
        app.MapSocorroApi();
    }

    static void MapPage(this WebApplication app, string pattern, Delegate handler) =>
        app.MapMethods(pattern, Reading, handler).ExcludeFromDescription();

    /// <summary>The collector's replies must keep their Content-Length, which compression would take from them.</summary>
    static bool IsRead(HttpContext context) => Reading.Contains(context.Request.Method);
}
