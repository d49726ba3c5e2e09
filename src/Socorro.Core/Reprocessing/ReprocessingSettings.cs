namespace Socorro.Reprocessing;

/// <summary>How orders are worked through.</summary>
public sealed record ReprocessingSettings
{
    /// <summary>At most so many crashes a second of each order that names no rate of its own.</summary>
    public int Rate { get; init; } = 1000;

    /// <summary>No more are published while as many wait in the reprocessing lane.</summary>
    public int MostWaiting { get; init; } = 200;

    /// <summary>How long to wait when there is nothing to do, or the lane is full, before looking again.</summary>
    public TimeSpan IdleWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long to wait when an engine is away, before asking it again.</summary>
    public TimeSpan OutageWait { get; init; } = TimeSpan.FromSeconds(10);
}
