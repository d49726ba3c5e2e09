using Socorro.Crashes;

namespace Socorro.Storage;

/// <summary>What is made again.</summary>
public enum ReprocessingScope
{
    /// <summary>The whole processed crash, from the dumps on.</summary>
    Everything,

    /// <summary>The signature, from the processed crash as it is stored.</summary>
    Signature,
}

public enum ReprocessingState
{
    /// <summary>It is being worked through, or waits for its turn.</summary>
    Open,

    /// <summary>Every crash was passed.</summary>
    Done,
    Cancelled,

    /// <summary>It cannot go on: its <see cref="ReprocessingOrder.Error"/> says why.</summary>
    Failed,
}

/// <summary>Somebody's wish that crashes be processed again, kept until long after it is fulfilled.</summary>
public sealed record ReprocessingOrder
{
    /// <summary>Its number, which the catalog gives.</summary>
    public long Key { get; init; }

    /// <summary>The parameters that say which crashes; null for an order that lists their ids.</summary>
    public required string? Query { get; init; }

    public ReprocessingScope Scope { get; init; }

    /// <summary>At most so many crashes a second; null for as many as the server's setting allows.</summary>
    public int? Rate { get; init; }

    /// <summary>Who asked for it, in words.</summary>
    public required string OrderedBy { get; init; }

    public required DateTimeOffset OrderedAt { get; init; }

    /// <summary>What the histories of its crashes say they were processed for.</summary>
    public string Reason => $"reprocessing order {Key}";

    public ReprocessingState State { get; init; }

    /// <summary>When it last went on or was closed.</summary>
    public DateTimeOffset ChangedAt { get; init; }

    public ReprocessingProgress Progress { get; init; } = new();

    /// <summary>What keeps the order from going on; null when nothing does.</summary>
    public string? Error { get; init; }
}

/// <summary>How far an order is.</summary>
public sealed record ReprocessingProgress
{
    /// <summary>How many crashes there are to pass; null while nobody has counted.</summary>
    public long? Total { get; init; }

    /// <summary>Crashes passed, wanted or not.</summary>
    public long Looked { get; init; }

    /// <summary>Of these, the ones that were given to be processed again, or got their signature again.</summary>
    public long Sent { get; init; }

    /// <summary>Of these, the ones that could not be.</summary>
    public long Failed { get; init; }

    /// <summary>Why the last of the failed ones could not be, beginning with its id; null when none failed.</summary>
    public string? Failure { get; init; }

    /// <summary>The last crash passed of a query's.</summary>
    public CrashId? Passed { get; init; }
}
