using System.Net.Mime;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Socorro.Access;
using Socorro.Reprocessing;
using Socorro.Storage;

namespace Socorro.Web.Api;

/// <summary>
/// <c>/api/Reprocessing/</c>: orders crashes to be processed again, by a form with ids or a query, or by a text of ids.
/// </summary>
static class ReprocessingApi
{
    const int MaxFormIds = 10_000;

    /// <summary>Some fifty million ids.</summary>
    const long MaxTextBytes = 2L << 30;

    public static async Task<IResult> PostAsync(
        HttpRequest request, Reader reader, ReprocessingDesk desk, CancellationToken cancel)
    {
        if (request.ContentType?.StartsWith(MediaTypeNames.Text.Plain, StringComparison.OrdinalIgnoreCase) is true)
            return await OrderTextAsync(request, reader, desk, cancel);
        if (!request.HasFormContentType)
            return ApiAnswers.Error(StatusCodes.Status415UnsupportedMediaType, "Send a form, or ids as text/plain");

        try
        {
            var values = await request.ReadFormAsync(new FormOptions { ValueCountLimit = MaxFormIds }, cancel);
            return await OrderFormAsync(ReprocessingForm.Read(values), reader, desk, cancel);
        }
        catch (InvalidDataException e)
        {
            return ApiAnswers.Error(400, $"Bad request: {e.Message}");
        }
    }

    public static async Task<IResult> ListAsync(long? order, Reader reader, ReprocessingDesk desk, CancellationToken cancel)
    {
        const int MaxListed = 100;

        if (order is not { } key)
            return Answer(await desk.ListAsync(MaxListed, reader, cancel));

        return await desk.FindAsync(key, reader, cancel) is { } found ? Answer([found]) : NotFound(key);
    }

    public static async Task<IResult> CancelAsync(long order, Reader reader, ReprocessingDesk desk, CancellationToken cancel)
    {
        // An order that is over already is not what the caller wants to stop; it sees its state.
        await desk.CancelAsync(order, cancel);
        return await ListAsync(order, reader, desk, cancel);
    }

    static async Task<IResult> OrderFormAsync(
        ReprocessingForm form, Reader reader, ReprocessingDesk desk, CancellationToken cancel)
    {
        if (form.Errors.Count > 0)
            return Refuse(form.Errors);

        if (form.Query is { Length: > 0 } text)
        {
            if (!desk.TryRead(text, out var query, out var errors))
                return Refuse(errors);

            return query.FindProtected(reader) is { } name
                ? ApiAnswers.Error(403, $"Use of {name} requires the '{TitleOf(Permission.ViewProtected)}' permission")
                : Answer([await desk.OrderAsync(query, form.Scope, form.Rate, reader.Title, cancel)]);
        }

        var orders = new List<ReprocessingOrder>();
        foreach (var (scope, crashes) in form.Crashes)
            orders.Add(await desk.OrderAsync(crashes.ToAsyncEnumerable(), scope, form.Rate, reader.Title, cancel));

        return Answer(orders);
    }

    static async Task<IResult> OrderTextAsync(
        HttpRequest request, Reader reader, ReprocessingDesk desk, CancellationToken cancel)
    {
        var form = ReprocessingForm.ReadOptions(request.Query);
        if (form.Errors.Count > 0)
            return Refuse(form.Errors);

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxTextBytes;
        try
        {
            var crashes = CrashIdList.ReadAsync(request.Body, cancel);
            return Answer([await desk.OrderAsync(crashes, form.Scope, form.Rate, reader.Title, cancel)]);
        }
        catch (FormatException e)
        {
            return ApiAnswers.Error(400, $"Bad request: {e.Message}");
        }
    }

    static string TitleOf(Permission permission) => PermissionName.Of(permission).Single().Title;

    static JsonHttpResult<OrderList> Answer(IReadOnlyList<ReprocessingOrder> orders) =>
        TypedResults.Json(new OrderList([.. orders.Select(OrderAnswer.Of)]));

    static IResult NotFound(long order) => ApiAnswers.Error(404, $"Not found: there is no order {order}");

    static JsonHttpResult<ApiErrors> Refuse(Dictionary<string, string[]> errors) =>
        TypedResults.Json(new ApiErrors(errors), statusCode: 400);

    static JsonHttpResult<ApiErrors> Refuse(IReadOnlyList<string> errors) =>
        Refuse(new Dictionary<string, string[]> { ["query"] = [.. errors] });
}
