using System.Text.Json.Serialization;
using Socorro.Storage;

namespace Socorro.Web.Api;

/// <summary>A reprocessing order as the API gives it.</summary>
public sealed record OrderAnswer
{
    /// <summary>The order's number.</summary>
    public required long Order { get; init; }

    /// <summary><c>open</c>, <c>done</c>, <c>cancelled</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    /// <summary>Which crashes; null when the order lists ids.</summary>
    public string? Query { get; init; }

    /// <summary><c>signature</c> when nothing else is made again.</summary>
    public string? Only { get; init; }

    /// <summary>Crashes a second at most; null for the server's setting.</summary>
    public int? Rate { get; init; }

    [JsonPropertyName("ordered_by")]
    public required string OrderedBy { get; init; }

    [JsonPropertyName("ordered_at")]
    public required DateTimeOffset OrderedAt { get; init; }

    [JsonPropertyName("changed_at")]
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>Crashes to pass; null while they are not counted.</summary>
    public long? Total { get; init; }

    /// <summary>Crashes passed, wanted or not.</summary>
    public required long Looked { get; init; }

    /// <summary>Crashes queued again, or whose signature was made again.</summary>
    public required long Sent { get; init; }

    public required long Failed { get; init; }

    /// <summary>Why the last of them failed.</summary>
    public string? Failure { get; init; }

    /// <summary>What keeps the order from going on, or has ended it.</summary>
    public string? Error { get; init; }

    public static OrderAnswer Of(ReprocessingOrder order) => new()
    {
        Order = order.Key,
        State = order.State.ToString().ToLowerInvariant(),
        Query = order.Query,
        Only = order.Scope == ReprocessingScope.Signature ? ReprocessingForm.Signature : null,
        Rate = order.Rate,
        OrderedBy = order.OrderedBy,
        OrderedAt = order.OrderedAt,
        ChangedAt = order.ChangedAt,
        Total = order.Progress.Total,
        Looked = order.Progress.Looked,
        Sent = order.Progress.Sent,
        Failed = order.Progress.Failed,
        Failure = order.Progress.Failure,
        Error = order.Error,
    };
}

/// <summary>Reprocessing orders, newest first.</summary>
public sealed record OrderList(IReadOnlyList<OrderAnswer> Orders);
