using Socorro.Crashes;

namespace Socorro.Storage;

/// <summary>What a pass of the <see cref="Reconciler"/> found.</summary>
public sealed record Reconciliation
{
    public required DateTimeOffset StartedAt { get; init; }

    public TimeSpan Took { get; init; }

    /// <summary>UTC days that were looked through.</summary>
    public int Days { get; init; }

    /// <summary>Crashes that should have a report and have none yet.</summary>
    public long Unprocessed { get; init; }

    /// <summary>Those of them that were in no queue, and are queued now.</summary>
    public long Queued { get; init; }

    /// <summary>The first of those that were queued.</summary>
    public IReadOnlyList<CrashId> Examples { get; init; } = [];

    /// <summary>Why days were left out; null when none was.</summary>
    public string? Error { get; init; }
}
