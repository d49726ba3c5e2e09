using System.Diagnostics.CodeAnalysis;
using Socorro.Access;
using Socorro.Crashes;
using Socorro.Fields;
using Socorro.Search;
using Socorro.Storage;

namespace Socorro.Reprocessing;

/// <summary>Takes orders to process crashes again; <see cref="Reprocessor"/> works them through.</summary>
public sealed class ReprocessingDesk(Catalog catalog, FieldSet fields, TimeProvider time)
{
    public const int MaxRate = 100_000;

    /// <summary>Stands for a query that its reader may not see.</summary>
    public const string Kept = "(protected)";

    /// <summary>Reads a query as an order keeps it: with absolute dates.</summary>
    /// <param name="text">The parameters of a search.</param>
    /// <param name="query">What is wanted; null when anything is wrong.</param>
    /// <param name="errors">A sentence for each mistake.</param>
    public bool TryRead(string text, [NotNullWhen(true)] out CrashQuery? query, out IReadOnlyList<string> errors) =>
        CrashQuery.TryParse(text, fields, time.GetUtcNow(), out query, out errors);

    /// <summary>Orders the crashes of a query; it is durable when it is returned.</summary>
    /// <param name="query">Which crashes.</param>
    /// <param name="scope">What to make again.</param>
    /// <param name="rate">At most so many a second; null for the server's setting.</param>
    /// <param name="by">Who asks, in words.</param>
    /// <param name="cancel">Cancels.</param>
    public Task<ReprocessingOrder> OrderAsync(
        CrashQuery query, ReprocessingScope scope, int? rate, string by, CancellationToken cancel) =>
        catalog.Reprocessing.AddAsync(Create(query.ToString(), scope, rate, by), cancel);

    /// <summary>Orders crashes by id; it is durable when it is returned, and nothing is ordered when the ids end in an error.</summary>
    /// <param name="crashes">Which crashes, any number.</param>
    /// <param name="scope">What to make again.</param>
    /// <param name="rate">At most so many a second; null for the server's setting.</param>
    /// <param name="by">Who asks, in words.</param>
    /// <param name="cancel">Cancels.</param>
    public Task<ReprocessingOrder> OrderAsync(
        IAsyncEnumerable<CrashId> crashes, ReprocessingScope scope, int? rate, string by, CancellationToken cancel) =>
        catalog.Reprocessing.AddAsync(Create(null, scope, rate, by), crashes, cancel);

    /// <summary>An order as somebody may see it; null when there is none.</summary>
    public async Task<ReprocessingOrder?> FindAsync(long key, Reader reader, CancellationToken cancel) =>
        await catalog.Reprocessing.FindAsync(key, cancel) is { } order ? Show(order, reader) : null;

    /// <summary>The newest orders, newest first, as somebody may see them.</summary>
    public async Task<IReadOnlyList<ReprocessingOrder>> ListAsync(int most, Reader reader, CancellationToken cancel) =>
        [.. (await catalog.Reprocessing.ListAsync(most, cancel)).Select(order => Show(order, reader))];

    /// <summary>Stops an order; crashes that are queued already are still processed. False when it was not open.</summary>
    public Task<bool> CancelAsync(long key, CancellationToken cancel) =>
        catalog.Reprocessing.CloseAsync(key, ReprocessingState.Cancelled, error: null, time.GetUtcNow(), cancel);

    /// <summary>A query over protected fields says, with how many crashes it found, what is in them.</summary>
    ReprocessingOrder Show(ReprocessingOrder order, Reader reader) =>
        order.Query is not { } text || reader.May(Permission.ViewProtected | Permission.Reprocess) ? order
        // One that can't be asked any more may have been over a field that was protected.
        : reader.May(Permission.Reprocess)
            && CrashQuery.TryParse(text, fields, order.OrderedAt, out var query, out _)
            && query.FindProtected(reader) is null ? order
        : order with { Query = Kept };

    ReprocessingOrder Create(string? query, ReprocessingScope scope, int? rate, string by)
    {
        if (rate is < 1 or > MaxRate)
            throw new ArgumentOutOfRangeException(nameof(rate), rate, $"is not from 1 to {MaxRate}");

        return new() { Query = query, Scope = scope, Rate = rate, OrderedBy = by, OrderedAt = time.GetUtcNow() };
    }
}
