using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

/// <summary>What every catalog's reprocessing orders do.</summary>
public abstract class ReprocessingOrdersContract : CatalogLifetime
{
    static readonly DateTimeOffset Now = Crash.Noon;

    ReprocessingOrders Orders => Catalog.Reprocessing;

    [Fact]
    public async Task Is_empty_at_first()
    {
        Assert.Empty(await Orders.ListAsync(10, Cancel));
        Assert.Empty(await Orders.ListOpenAsync(10, Cancel));
        Assert.Null(await Orders.FindAsync(1, Cancel));
        Assert.Equal(0, await Orders.ForgetIdsAsync(10, Cancel));
    }

    [Fact]
    public async Task Gives_back_every_fact_of_an_order()
    {
        var order = await Orders.AddAsync(
            Wanted("product=Demo") with { Scope = ReprocessingScope.Signature, Rate = 7 }, Cancel);
        var progress = new ReprocessingProgress
        {
            Total = 9,
            Looked = 5,
            Sent = 3,
            Failed = 1,
            Failure = "it was bad",
            Passed = CrashId.Create(Now),
        };
        Assert.True(await Orders.AdvanceAsync(order, progress, Now.AddMinutes(1), Cancel));
        await Orders.NoteErrorAsync(order.Key, "the disk is away", Now.AddMinutes(2), Cancel);
        await ReopenAsync();

        var expected = order with { Progress = progress, ChangedAt = Now.AddMinutes(2), Error = "the disk is away" };
        Assert.Equal(expected, await Orders.FindAsync(order.Key, Cancel));
        Assert.Equal([expected], await Orders.ListAsync(10, Cancel));
    }

    [Fact]
    public async Task Lists_the_newest_first_and_of_the_open_ones_that_which_waited_longest()
    {
        var orders = new List<ReprocessingOrder>();
        for (var i = 0; i < 4; i++)
            orders.Add(await Orders.AddAsync(Wanted($"uptime={i}") with { OrderedAt = Now.AddSeconds(i) }, Cancel));

        await Orders.AdvanceAsync(orders[0], new() { Looked = 1 }, Now.AddMinutes(1), Cancel);
        await Orders.CloseAsync(orders[2].Key, ReprocessingState.Done, null, Now, Cancel);

        Assert.Equal([orders[3].Key, orders[2].Key, orders[1].Key], (await Orders.ListAsync(3, Cancel)).Select(order => order.Key));
        Assert.Equal(
            [orders[1].Key, orders[3].Key, orders[0].Key], (await Orders.ListOpenAsync(10, Cancel)).Select(order => order.Key));
    }

    [Fact]
    public async Task Moves_an_order_on_only_from_where_it_is()
    {
        var order = await Orders.AddAsync(Wanted("product=Demo"), Cancel);
        Assert.True(await Orders.AdvanceAsync(order, new() { Looked = 5 }, Now, Cancel));

        Assert.False(await Orders.AdvanceAsync(order, new() { Looked = 7 }, Now, Cancel));
        Assert.Equal(5, (await Orders.FindAsync(order.Key, Cancel))?.Progress.Looked);
    }

    [Fact]
    public async Task Takes_an_error_back_when_the_order_goes_on()
    {
        var order = await Orders.AddAsync(Wanted("product=Demo"), Cancel);
        await Orders.NoteErrorAsync(order.Key, "the disk is away", Now, Cancel);
        await Orders.AdvanceAsync(order, new() { Looked = 5 }, Now, Cancel);

        Assert.Null((await Orders.FindAsync(order.Key, Cancel))?.Error);
    }

    [Fact]
    public async Task Closes_an_order_once_and_for_all()
    {
        var order = await Orders.AddAsync(Wanted("product=Demo"), Cancel);

        Assert.True(await Orders.CloseAsync(order.Key, ReprocessingState.Failed, "no such field", Now.AddMinutes(1), Cancel));
        Assert.False(await Orders.CloseAsync(order.Key, ReprocessingState.Cancelled, null, Now, Cancel));
        Assert.False(await Orders.AdvanceAsync(order, new() { Looked = 5 }, Now, Cancel));
        await Orders.NoteErrorAsync(order.Key, "too late", Now, Cancel);
        Assert.False(await Orders.CloseAsync(12345, ReprocessingState.Cancelled, null, Now, Cancel));

        Assert.Equal(
            order with { State = ReprocessingState.Failed, Error = "no such field", ChangedAt = Now.AddMinutes(1) },
            await Orders.FindAsync(order.Key, Cancel));
    }

    [Fact]
    public async Task Gives_the_ids_of_an_order_in_their_order_from_where_it_is()
    {
        var ids = NewIds(12_000);
        var order = await Orders.AddAsync(Wanted(null), ids.ToAsyncEnumerable(), Cancel);
        Assert.Equal(12_000, order.Progress.Total);
        Assert.Equal(ids[..10], await Orders.ListNextAsync(order, 10, Cancel));

        await Orders.AdvanceAsync(order, order.Progress with { Looked = 11_990 }, Now, Cancel);
        await ReopenAsync();
        order = (await Orders.FindAsync(order.Key, Cancel))!; // It was added.

        Assert.Equal(ids[11_990..], await Orders.ListNextAsync(order, 100, Cancel));
    }

    [Fact]
    public async Task Forgets_an_order_whose_ids_were_cut_short()
    {
        await Assert.ThrowsAsync<IOException>(() => Orders.AddAsync(Wanted(null), CutShort(), Cancel));

        Assert.Empty(await Orders.ListAsync(10, Cancel));
        Assert.Empty(await Orders.ListOpenAsync(10, Cancel));
        Assert.Equal(5_000, await Orders.ForgetIdsAsync(1_000_000, Cancel));

        static async IAsyncEnumerable<CrashId> CutShort()
        {
            await Task.Yield();
            foreach (var id in NewIds(6_000))
                yield return id;

            throw new IOException("the line is dead");
        }
    }

    [Fact]
    public async Task Forgets_the_ids_of_closed_orders_alone()
    {
        var open = await Orders.AddAsync(Wanted(null), NewIds(3).ToAsyncEnumerable(), Cancel);
        var closed = await Orders.AddAsync(Wanted(null), NewIds(5).ToAsyncEnumerable(), Cancel);
        await Orders.CloseAsync(closed.Key, ReprocessingState.Cancelled, null, Now, Cancel);

        Assert.Equal(3, await Orders.ForgetIdsAsync(3, Cancel));
        Assert.Equal(2, await Orders.ForgetIdsAsync(3, Cancel));
        Assert.Equal(0, await Orders.ForgetIdsAsync(3, Cancel));
        Assert.Equal(3, (await Orders.ListNextAsync(open, 10, Cancel)).Count);
    }

    static ReprocessingOrder Wanted(string? query) => new() { Query = query, OrderedBy = "ann", OrderedAt = Now };

    static List<CrashId> NewIds(int count) => [.. Enumerable.Range(0, count).Select(_ => CrashId.Create(Now))];
}
