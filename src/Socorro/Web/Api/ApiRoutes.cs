using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.OpenApi;
using Socorro.Fields;
using Socorro.Access;
using Socorro.Web.Access;

namespace Socorro.Web.Api;

/// <summary>The public methods of the API, each a line, and their machine-readable description.</summary>
static class ApiRoutes
{
    /// <summary>Methods of older servers that scripts still ask for, and what took their place.</summary>
    static readonly (string Name, string Instead)[] Replaced = [("UnredactedCrash", "/api/ProcessedCrash/")];

    public static void AddSocorroApi(this IServiceCollection services) => services.AddOpenApi(openApi =>
    {
        openApi.ShouldInclude = IsPublic;
        openApi.AddDocumentTransformer((document, context, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Socorro",
                Version = App.Version,
                Description = "Crash reports as JSON. Errors are JSON as well: an `error`, or `errors` by parameter.",
            };
            document.Servers = [];
            document.Paths = WithSlashes(document.Paths);
            ProcessedCrashSchema.AddTo(
                document, "/api/ProcessedCrash/", context.ApplicationServices.GetRequiredService<FieldSet>());
            return Task.CompletedTask;
        });
    });

    public static void MapSocorroApi(this IEndpointRouteBuilder site)
    {
        site.MapApi("/api/ProcessedCrash/", ProcessedCrashApi.GetAsync)
            .WithName("ProcessedCrash")
            .WithSummary("A processed crash")
            .WithDescription("The document that processing made of a crash: its public part, or with permission all. 404 until the crash is processed.")
            .Produces(StatusCodes.Status200OK, contentType: "application/json")
            .ProducesApiErrors();
        site.MapApi("/api/RawCrash/", RawCrashApi.GetAsync)
            .WithName("RawCrash")
            .WithSummary("A raw crash or one of its dumps")
            .WithDescription("What the client sent: its public annotations, with permission all of them with the collector's metadata, or the bytes of a dump.")
            .Produces(StatusCodes.Status200OK, contentType: "application/json")
            .ProducesApiErrors();
        site.MapApi("/api/CrashVerify/", CrashVerifyApi.GetAsync)
            .WithName("CrashVerify")
            .WithSummary("Where a crash is")
            .WithDescription("Which documents of a crash are in the store.")
            .Produces<CrashWhereabouts>()
            .ProducesApiErrors();

        site.MapApi("/api/ReprocessingOrders/", ReprocessingApi.ListAsync)
            .Requires(Permission.Reprocess)
            .WithName("ReprocessingOrders")
            .WithSummary("Orders to process crashes again")
            .WithDescription("How far the newest orders are, or one by its number.")
            .Produces<OrderList>()
            .ProducesApiErrors();
        site.MapPost("/api/ReprocessingOrders/cancel/", ReprocessingApi.CancelAsync)
            .Requires(Permission.Reprocess)
            .WithName("ReprocessingOrdersCancel")
            .WithSummary("Stop an order")
            .WithDescription("Stops an order to process crashes again; what is queued already is still processed.")
            .Produces<OrderList>()
            .ProducesApiErrors();
        site.Map("/api/Reprocessing/", () => TypedResults.StatusCode(StatusCodes.Status405MethodNotAllowed))
            .Requires(Permission.Reprocess)
            .ExcludeFromDescription();
        site.MapPost("/api/Reprocessing/", ReprocessingApi.PostAsync)
            .Requires(Permission.Reprocess)
            .WithName("Reprocessing")
            .WithSummary("Process crashes again")
            .WithDescription(
                "Orders crashes by a form with `crash_ids`, each an id or `id:ruleset`, or with a `query`; "
                + "or by any number of ids as text. `only` is `signature` to make nothing else, `rate` a number of crashes a second.")
            .Produces<OrderList>()
            .ProducesApiErrors();

        site.MapOpenApi("/api/openapi.json");
        foreach (var (name, instead) in Replaced)
        {
            site.Map($"/api/{name}/", () => ApiAnswers.Error(StatusCodes.Status410Gone, $"Gone: use {instead}"))
                .ExcludeFromDescription();
        }

        site.Map("/api/{name}/", (string name) =>
            ApiAnswers.Error(StatusCodes.Status404NotFound, $"No service called '{Wording.Clip(name, 100)}'"))
            .ExcludeFromDescription();
    }

    /// <summary>Whether a described route belongs to the API, as <c>/submit</c> for one does not.</summary>
    public static bool IsPublic(ApiDescription route) =>
        route.RelativePath?.StartsWith("api/", StringComparison.Ordinal) is true;

    static RouteHandlerBuilder MapApi(this IEndpointRouteBuilder site, string path, Delegate handler)
    {
        // Else other methods would fall to the route of unknown names.
        site.Map(path, () => TypedResults.StatusCode(StatusCodes.Status405MethodNotAllowed)).ExcludeFromDescription();
        return site.MapGet(path, handler);
    }

    /// <summary>The generator drops the slash that addresses of the API end with.</summary>
    static OpenApiPaths WithSlashes(OpenApiPaths paths)
    {
        var slashed = new OpenApiPaths();
        foreach (var (path, item) in paths)
            slashed.Add($"{path}/", item);
        return slashed;
    }

    static void ProducesApiErrors(this RouteHandlerBuilder route) => route
        .Produces<ApiError>(StatusCodes.Status400BadRequest)
        .Produces<ApiError>(StatusCodes.Status404NotFound);
}
