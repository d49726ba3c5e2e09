using System.Runtime.CompilerServices;
using Socorro.Crashes;
using Socorro.Fields;
using Socorro.Search;
using Socorro.Storage;

namespace Socorro.Reprocessing;

/// <summary>Gives the crashes of an order from where it is, whichever way they are named.</summary>
sealed class OrderCrashes(CrashStore store, ReprocessingOrders orders, FieldSet fields)
{
    const int Page = 500;

    readonly CrashScan _scan = new(store);

    /// <summary>How many crashes an order has to pass: of a query's, all of its days.</summary>
    /// <exception cref="FormatException">Its query can't be asked any more.</exception>
    public async Task<long> CountAsync(ReprocessingOrder order, CancellationToken cancel)
    {
        var total = 0L;
        foreach (var day in ReadQuery(order).Dates.Days)
            total += await store.CountAsync(day, cancel);

        return total;
    }

    /// <summary>The crashes that an order has not passed, wanted or not.</summary>
    /// <exception cref="FormatException">Its query can't be asked any more.</exception>
    public IAsyncEnumerable<ScannedCrash> ListAsync(ReprocessingOrder order, CancellationToken cancel) =>
        order.Query is null
            ? ListByIdAsync(order, cancel)
            : _scan.ScanAsync(ReadQuery(order), order.Progress.Passed, cancel);

    async IAsyncEnumerable<ScannedCrash> ListByIdAsync(
        ReprocessingOrder order, [EnumeratorCancellation] CancellationToken cancel)
    {
        while (await orders.ListNextAsync(order, Page, cancel) is { Count: > 0 } page)
        {
            foreach (var id in page)
                yield return await LookAsync(id, order.Scope, cancel);

            order = order with { Progress = order.Progress with { Looked = order.Progress.Looked + page.Count } };
        }
    }

    async Task<ScannedCrash> LookAsync(CrashId id, ReprocessingScope scope, CancellationToken cancel)
    {
        try
        {
            if (scope == ReprocessingScope.Signature)
                return new(id, await store.FindProcessedAsync(id, cancel), IsMatch: true);

            return await store.FindRawAsync(id, cancel) is null
                ? new(id, null, IsMatch: false, "it is not in the store")
                : new(id, null, IsMatch: true);
        }
        catch (StorageRefusedException e) when (e.IsDamage)
        {
            return new(id, null, IsMatch: false, e.Message);
        }
    }

    CrashQuery ReadQuery(ReprocessingOrder order) =>
        CrashQuery.TryParse(order.Query ?? "", fields, order.OrderedAt, out var query, out var errors)
            ? query
            : throw new FormatException($"The query can't be asked any more: {string.Join("; ", errors)}");
}
