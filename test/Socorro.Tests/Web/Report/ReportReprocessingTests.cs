using System.Net;
using System.Text;
using System.Text.Json;
using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Tests.Web.Report;

/// <summary>The button of a report that has its crash processed again, and how far that is.</summary>
public sealed class ReportReprocessingTests(Site site) : IClassFixture<Site>
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    ReprocessingOrders Orders => site.Catalog.Reprocessing;

    [Fact]
    public async Task Only_those_who_may_have_the_button_and_hear_of_the_order()
    {
        var (id, order) = await PressAsync();

        var forSome = (await site.BrowseAsync($"/report/index/{id}?order={order.Key}")).Html;
        var forEveryone = (await Site.BrowseAsync(site.Stranger, $"/report/index/{id}?order={order.Key}")).Html;

        Assert.Contains($"action=\"/report/again/{id}\"", forSome, StringComparison.Ordinal);
        Assert.Contains($"data-pending=\"/report/again/{id}?order={order.Key}\"", forSome, StringComparison.Ordinal);
        Assert.DoesNotContain("/report/again/", forEveryone, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orders_the_crash_in_the_name_of_who_asked()
    {
        var (id, order) = await PressAsync();

        Assert.Equal(id, Assert.Single(await Orders.ListNextAsync(order, 10, Cancel)));
        Assert.Equal(("owner", ReprocessingScope.Everything, null), (order.OrderedBy, order.Scope, order.Query));
    }

    [Theory]
    [InlineData("nope", HttpStatusCode.BadRequest)]
    [InlineData("de1bb258-cbbf-4589-a673-34f800160918", HttpStatusCode.NotFound)]
    public async Task Orders_no_crash_that_is_not_there(string id, HttpStatusCode status) =>
        Assert.Equal(status, (await PostAsync(id)).Status);

    [Fact]
    public async Task Moves_the_crash_ahead_when_the_order_has_queued_it()
    {
        var (id, order) = await PressAsync();
        Assert.Equal((false, $"Order {order.Key} waits for its turn."), await AskAsync(id, order));

        await Orders.NoteErrorAsync(order.Key, "the store is away", site.Time.GetUtcNow(), Cancel);
        Assert.Equal((false, $"Order {order.Key} waits: the store is away"), await AskAsync(id, order));

        await site.Queue.PublishAsync(Lane.Reprocessing, [id], order.Reason, Cancel);
        await Orders.CloseAsync(order.Key, ReprocessingState.Done, null, site.Time.GetUtcNow(), Cancel);
        Assert.Equal((false, "The crash is being processed again, ahead of all others."), await AskAsync(id, order));
        var lease = await TakeAsync(id);
        Assert.Equal((Lane.Priority, true, order.Reason), (lease.Lane, lease.IsReprocessing, lease.Why));

        await site.Store.PutProcessedAsync(
            new(id, Encoding.UTF8.GetBytes($$"""{"processor_notes":">>> Start processing: now (socorro 1; {{order.Reason}})"}""")), Cancel);
        Assert.Equal((true, $"This crash was processed again by order {order.Key}: you see the new report."), await AskAsync(id, order));
    }

    [Fact]
    public async Task Whoever_comes_back_later_waits_for_nothing()
    {
        var (again, first) = await PressAsync();
        await site.Store.PutProcessedAsync(
            new(again, Encoding.UTF8.GetBytes($$"""
                {"processor_notes":">>> Start processing: now (socorro 1; reprocessing order 999999)",
                 "processor_history":[">>> Start processing: before (socorro 1; {{first.Reason}})\nodd", 7]}
                """)),
            Cancel);
        Assert.True((await AskAsync(again, first)).IsOver);

        var (id, second) = await PressAsync();
        await Orders.CloseAsync(second.Key, ReprocessingState.Done, null, site.Time.GetUtcNow() - TimeSpan.FromHours(2), Cancel);
        Assert.Equal((true, ""), await AskAsync(id, second));
    }

    [Fact]
    public async Task Says_when_there_is_nothing_to_wait_for()
    {
        var (cancelled, first) = await PressAsync();
        await Orders.CloseAsync(first.Key, ReprocessingState.Cancelled, null, site.Time.GetUtcNow(), Cancel);
        Assert.Equal((true, $"Order {first.Key} was cancelled. This is the report as it was."), await AskAsync(cancelled, first));

        var (parked, second) = await PressAsync();
        await site.Queue.PublishAsync(Lane.Reprocessing, [parked], second.Reason, Cancel);
        await site.Queue.ParkAsync(await TakeAsync(parked), "the dump is damaged", Cancel);
        await Orders.CloseAsync(second.Key, ReprocessingState.Done, null, site.Time.GetUtcNow(), Cancel);
        Assert.Equal(
            (true, "Processing failed 1 time: the dump is damaged. This is the report as it was."),
            await AskAsync(parked, second));

        var (lost, third) = await PressAsync();
        await Orders.CloseAsync(third.Key, ReprocessingState.Failed, "it cannot be read", site.Time.GetUtcNow(), Cancel);
        Assert.Equal(
            (true, $"Order {third.Key} failed: it cannot be read. This is the report as it was."), await AskAsync(lost, third));
    }

    [Fact]
    public async Task Knows_no_order_that_is_not_there_or_is_of_a_query()
    {
        var (id, _) = await PressAsync();
        var query = await Orders.AddAsync(
            new() { Query = "product=Editor", OrderedBy = "a test", OrderedAt = site.Time.GetUtcNow() }, Cancel);

        foreach (var key in (long[])[query.Key, 987_654])
        {
            Assert.Equal((true, ""), await AskAsync(id, query with { Key = key }));
            var (status, html) = await site.BrowseAsync($"/report/index/{id}?order={key}");
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.DoesNotContain("data-pending", html, StringComparison.Ordinal);
        }
    }

    /// <summary>Presses the button of a new crash, and goes where that leads.</summary>
    async Task<(CrashId Id, ReprocessingOrder Order)> PressAsync()
    {
        var id = await site.AddProcessedAsync("""{"signature": "old"}""");
        var (status, location) = await PostAsync(id.ToString());

        Assert.Equal(HttpStatusCode.Redirect, status);
        Assert.StartsWith($"/report/index/{id}?order=", location, StringComparison.Ordinal);
        return (id, (await Orders.FindAsync(long.Parse(location!.Split('=')[1]), Cancel))!); // It has just been made.
    }

    async Task<(HttpStatusCode Status, string? Location)> PostAsync(string id)
    {
        using var answer = await site.Client.PostAsync($"/report/again/{id}", null, Cancel);
        return (answer.StatusCode, answer.Headers.Location?.ToString());
    }

    async Task<(bool IsOver, string? Text)> AskAsync(CrashId id, ReprocessingOrder order)
    {
        using var answer = await site.GetAsync($"/report/again/{id}?order={order.Key}");
        var state = JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        return (state.GetProperty("is_over").GetBoolean(), state.GetProperty("text").GetString());
    }

    async Task<Lease> TakeAsync(CrashId id) =>
        (await site.Queue.LeaseAsync(1000, TimeSpan.FromMinutes(1), Cancel)).Single(lease => lease.Id == id);
}
