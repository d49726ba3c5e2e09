using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Socorro.Access;
using Socorro.Fields;
using Socorro.Web.Access;
using Socorro.Web.Api;
using Socorro.Web.Assets;
using Socorro.Web.Pages.ApiGuide;
using Socorro.Web.Pages.Fields;
using Socorro.Web.Pages.Home;
using Socorro.Web.Pages.Login;
using Socorro.Web.Pages.Monitoring;
using Socorro.Web.Pages.Report;
using Socorro.Web.Pages.Search;
using Socorro.Web.Pages.Signature;
using Socorro.Web.Pages.SignatureLists;

namespace Socorro.Web;

/// <summary>Everything that the web part answers to. A page is a folder in Pages and a line here.</summary>
public static class Routes
{
    const long MaxForm = 100_000;

    static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>What the pages need beside the engines, the options and the clock.</summary>
    public static void AddSocorroWeb(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddSocorroAccess();
        services.AddSocorroApi();
        services.AddSocorroMetrics();
        services.TryAddSingleton(FieldSet.Default);
        services.AddSignatureListPages();
        services.AddSingleton<PriorityRequests>();
        services.AddSingleton<ReportReprocessing>();
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
        app.UseGuard();
        app.UseQueueGauges();

        var site = app.MapGroup("").WithMetadata(Guarded.Mark);
        site.MapPage("/", HomePage.ShowAsync);
        site.MapPage("/report/index/{**id}", ReportPage.ShowAsync);
        site.MapPage("/report/again/{id}", ReportReprocessing.ShowAsync).Requires(Permission.Reprocess);
        site.MapForm("/report/again/{id}", ReportReprocessing.OrderAsync).Requires(Permission.Reprocess);
        site.MapPage("/signature/", SignaturePage.ShowAsync);
        site.MapPage("/search/quick/", QuickSearch.Find);
        site.MapPage("/monitoring/", MonitoringPage.ShowAsync);
        site.MapPost("/monitoring/reprocessing/cancel", MonitoringPage.CancelOrderAsync)
            .Requires(Permission.Reprocess)
            .ExcludeFromDescription();
        site.MapPage("/api/", ApiGuidePage.Show);
        site.MapPage("/fields/", FieldsPage.Show);
        site.MapPage("/login/", LoginPage.ShowAsync);
        site.MapForm("/login/", LoginPage.SignInAsync);
        site.MapForm("/logout/", LoginPage.SignOut);

        site.MapSignatureListPages();

        site.MapPage("/assets/{name}", AssetFile.Send);
        site.MapPage("/favicon.ico", () => AssetFile.Send("favicon.svg"));
        site.MapPage("/robots.txt", () => TypedResults.Text("User-agent: *\nDisallow: /\n"));

        site.MapPage("/__heartbeat__", Heartbeat.AnswerAsync);
        site.MapPage("/__lbheartbeat__", () => TypedResults.Content("", "application/json"));
        site.MapPage("/__version__", RunningVersion.Answer);
        site.MapSocorroMetrics();
        site.MapSocorroApi();
    }

    static RouteHandlerBuilder MapPage(this IEndpointRouteBuilder site, string pattern, Delegate handler) =>
        site.MapMethods(pattern, Reading, handler).ExcludeFromDescription();

    /// <summary>What a form of a page posts, which is small.</summary>
    static RouteHandlerBuilder MapForm(this IEndpointRouteBuilder site, string pattern, Delegate handler) =>
        site.MapPost(pattern, handler).WithMetadata(new RequestSizeLimitAttribute(MaxForm)).ExcludeFromDescription();

    /// <summary>The collector's replies must keep their Content-Length, which compression would take from them.</summary>
    static bool IsRead(HttpContext context) => Reading.Contains(context.Request.Method);
}
