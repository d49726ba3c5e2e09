using System.Net;
using System.Text;
using System.Text.Json;
using Socorro.Access;
using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Tests.Web;

public sealed class ReprocessingApiTests(Site site) : IClassFixture<Site>
{
    const string Reprocessing = "/api/Reprocessing/";
    const string Orders = "/api/ReprocessingOrders/";

    static readonly string SomeId = CrashId.Create(Site.Noon).ToString();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("POST", Reprocessing)]
    [InlineData("GET", Reprocessing)]
    [InlineData("GET", Orders)]
    [InlineData("POST", $"{Orders}cancel/?order=1")]
    [InlineData("POST", "/monitoring/reprocessing/cancel?order=1")]
    [InlineData("POST", "/report/again/de1bb258-cbbf-4589-a673-34f800160918")]
    [InlineData("GET", "/report/again/de1bb258-cbbf-4589-a673-34f800160918?order=1")]
    public async Task Wants_the_permission_first(string method, string path) =>
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync(method, path, null, Permission.ViewProtected)).Status);

    [Fact]
    public async Task Is_not_read_by_get() =>
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await AskAsync("GET", Reprocessing)).Status);

    [Fact]
    public async Task Orders_ids_each_with_its_ruleset_as_tools_of_the_field_send_them()
    {
        var other = CrashId.Create(Site.Noon).ToString();
        var (status, text) = await PostAsync(
            ("crash_ids", SomeId), ("crash_ids", $"bp-{SomeId}:default"), ("crash_ids", $"{other}:regenerate_signature"), ("rate", "5"));

        Assert.Equal(HttpStatusCode.OK, status);
        var orders = JsonElement.Parse(text).GetProperty("orders").EnumerateArray().ToList();
        Assert.Equal([null, "signature"], orders.Select(order => order.GetProperty("only").GetString()));
        Assert.Equal([2, 1], orders.Select(order => order.GetProperty("total").GetInt32()));
        Assert.All(orders, order => Assert.Equal((5, "open"), (order.GetProperty("rate").GetInt32(), order.GetProperty("state").GetString())));
        var stored = await FindAsync(orders[1]);
        Assert.Equal(other, Assert.Single(await site.Catalog.Reprocessing.ListNextAsync(stored, 10, Cancel)).ToString());
        Assert.StartsWith("token ", stored.OrderedBy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orders_a_query_with_dates_that_stay()
    {
        var (_, text) = await PostAsync(("query", "product=Editor&signature=~a|b"), ("only", "signature"));

        var order = JsonElement.Parse(text).GetProperty("orders")[0];
        Assert.Equal(
            "product=Editor&signature=~a%7Cb&date=%3E%3D2026-08-14T12%3A00%3A00Z&date=%3C2026-08-21T12%3A00%3A00.0000001Z",
            order.GetProperty("query").GetString());
        Assert.Equal("signature", order.GetProperty("only").GetString());
    }

    [Fact]
    public async Task Orders_any_number_of_ids_as_text()
    {
        var ids = Enumerable.Range(0, 20_000).Select(_ => CrashId.Create(Site.Noon).ToString()).ToList();
        using var content = new StringContent(string.Join("\r\n", ids.Select((id, i) => i % 3 == 0 ? $"  bp-{id}" : id)));

        var (status, text) = await AskAsync("POST", $"{Reprocessing}?only=signature&rate=7", content);

        Assert.Equal(HttpStatusCode.OK, status);
        var order = JsonElement.Parse(text).GetProperty("orders")[0];
        Assert.Equal((20_000, 7), (order.GetProperty("total").GetInt32(), order.GetProperty("rate").GetInt32()));
        Assert.Equal(
            ids, (await site.Catalog.Reprocessing.ListNextAsync(await FindAsync(order), 30_000, Cancel)).Select(id => id.ToString()));
    }

    [Theory]
    [InlineData("crash_ids=x", "crash_ids", "'x' is not a crash id")]
    [InlineData("crash_ids=ID&crash_ids=ID:best", "crash_ids", "is not a crash id, or one with :default or :regenerate_signature")]
    [InlineData("", "crash_ids", "This field is required, or query in its place.")]
    [InlineData("crash_ids=ID&query=product%3DEditor", "crash_ids", "This field is required, or query in its place.")]
    [InlineData("query=signatur%3Da%26uptime%3Dx", "query", "signatur is no search parameter; there is signature")]
    [InlineData("query=uptime%3Dx", "query", "'x' is not a whole number")]
    [InlineData("crash_ids=ID&only=stacks", "only", "There is only 'signature'.")]
    [InlineData("crash_ids=ID&rate=0", "rate", "Enter a whole number from 1 to 100000.")]
    [InlineData("crash_ids=ID&rate=fast", "rate", "Enter a whole number from 1 to 100000.")]
    public async Task Orders_nothing_when_anything_is_wrong_and_says_what(string form, string parameter, string error)
    {
        var before = (await site.Catalog.Reprocessing.ListAsync(1000, Cancel)).Count;
        using var content = new StringContent(
            form.Replace("ID", SomeId, StringComparison.Ordinal), Encoding.UTF8, "application/x-www-form-urlencoded");
        var (status, text) = await AskAsync("POST", Reprocessing, content);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(
            error, JsonElement.Parse(text).GetProperty("errors").GetProperty(parameter)[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(before, (await site.Catalog.Reprocessing.ListAsync(1000, Cancel)).Count);
    }

    [Theory]
    [InlineData("no id", "'no', number 2, is not a crash id")]
    [InlineData("12345678901234567890", "'12345678901234567890', number 2, is not")]
    public async Task Orders_nothing_of_a_text_that_holds_anything_else(string wrong, string error)
    {
        var before = (await site.Catalog.Reprocessing.ListAsync(1000, Cancel)).Count;
        using var content = new StringContent($"{SomeId}\n{wrong}");
        var (status, text) = await AskAsync("POST", Reprocessing, content);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(error, JsonElement.Parse(text).GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(before, (await site.Catalog.Reprocessing.ListAsync(1000, Cancel)).Count);
    }

    [Fact]
    public async Task Bounds_what_it_takes_for_one_id()
    {
        using var content = new StringContent(new string('a', 1_000_000));

        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync("POST", Reprocessing, content)).Status);
    }

    [Fact]
    public async Task Takes_forms_and_text_alone()
    {
        using var content = new StringContent("{}", Encoding.UTF8, "application/json");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await AskAsync("POST", Reprocessing, content)).Status);
    }

    [Fact]
    public async Task Does_not_tell_by_counts_what_is_protected()
    {
        var (status, text) = await PostAsync(("query", "url=~example.com"));
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("Use of url requires the 'View Personal Identifiable Information' permission", text, StringComparison.Ordinal);

        using var form = new FormUrlEncodedContent([new("query", "url=~example.com")]);
        var allowed = await AskAsync("POST", Reprocessing, form, Permission.Reprocess | Permission.ViewProtected);
        Assert.Equal(HttpStatusCode.OK, allowed.Status);
    }

    [Fact]
    public async Task Lists_finds_and_cancels_orders()
    {
        var order = JsonElement.Parse((await PostAsync(("crash_ids", SomeId))).Text).GetProperty("orders")[0].GetProperty("order").GetInt64();
        Assert.Equal(order, Read((await AskAsync("GET", Orders)).Text).Order);
        Assert.Equal((order, "open"), Read((await AskAsync("GET", $"{Orders}?order={order}")).Text));

        Assert.Equal((order, "cancelled"), Read((await AskAsync("POST", $"{Orders}cancel/?order={order}")).Text));
        Assert.Equal((order, "cancelled"), Read((await AskAsync("GET", $"{Orders}?order={order}")).Text));
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync("GET", $"{Orders}?order=987654")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync("POST", $"{Orders}cancel/?order=987654")).Status);

        static (long Order, string? State) Read(string text) =>
            JsonElement.Parse(text).GetProperty("orders")[0] is var first
                ? (first.GetProperty("order").GetInt64(), first.GetProperty("state").GetString())
                : default;
    }

    [Fact]
    public async Task The_status_page_shows_orders_to_everyone_and_what_they_ask_for_to_those_who_may()
    {
        var text = (await PostAsync(("query", "product=Secretive"))).Text;
        var order = JsonElement.Parse(text).GetProperty("orders")[0].GetProperty("order").GetInt64();

        var forEveryone = (await Site.BrowseAsync(site.Stranger, "/monitoring/")).Html;
        var forSome = (await AskAsync("GET", "/monitoring/")).Text;

        Assert.Contains($"<td class=\"num\">{order}</td>", forEveryone, StringComparison.Ordinal);
        Assert.DoesNotContain("Secretive", forEveryone, StringComparison.Ordinal);
        Assert.DoesNotContain("reprocessing/cancel", forEveryone, StringComparison.Ordinal);
        Assert.Contains("product=Secretive", forSome, StringComparison.Ordinal);
        Assert.Contains($"action=\"/monitoring/reprocessing/cancel?order={order}\"", forSome, StringComparison.Ordinal);

        var (status, _) = await AskAsync("POST", $"/monitoring/reprocessing/cancel?order={order}");
        Assert.Equal(HttpStatusCode.Found, status);
        Assert.Equal(ReprocessingState.Cancelled, (await site.Catalog.Reprocessing.FindAsync(order, Cancel))?.State);
    }

    [Fact]
    public async Task A_query_over_what_is_protected_is_kept_from_who_may_not_see_that()
    {
        using var form = new FormUrlEncodedContent([new("query", "url=~example.com")]);
        var text = (await AskAsync("POST", Reprocessing, form, Permission.Reprocess | Permission.ViewProtected)).Text;
        var order = JsonElement.Parse(text).GetProperty("orders")[0].GetProperty("order").GetInt64();
        Assert.Contains("example.com", text, StringComparison.Ordinal);

        foreach (var path in (string[])[$"{Orders}?order={order}", Orders, "/monitoring/"])
        {
            var shown = (await AskAsync("GET", path)).Text;
            Assert.DoesNotContain("example.com", shown, StringComparison.Ordinal);
            Assert.Contains("(protected)", shown, StringComparison.Ordinal);
        }
    }

    async Task<ReprocessingOrder> FindAsync(JsonElement order) =>
        await site.Catalog.Reprocessing.FindAsync(order.GetProperty("order").GetInt64(), Cancel)
        ?? throw new InvalidOperationException("the order is gone");

    async Task<(HttpStatusCode Status, string Text)> PostAsync(params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));
        return await AskAsync("POST", Reprocessing, content);
    }

    async Task<(HttpStatusCode Status, string Text)> AskAsync(
        string method, string path, HttpContent? content = null, Permission permission = Permission.Reprocess)
    {
        using var request = new HttpRequestMessage(new(method), path) { Content = content };
        request.Headers.Add("Auth-Token", await site.AddTokenAsync(permission));
        using var answer = await site.Stranger.SendAsync(request, Cancel);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }
}
