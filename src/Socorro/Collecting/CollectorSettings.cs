using Socorro.Crashes;

namespace Socorro.Collecting;

/// <summary>How a collector is set up.</summary>
public sealed record CollectorSettings
{
    public SubmissionLimits Limits { get; init; } = new();

    /// <summary>What all submissions under way may hold in memory together, in bytes; more are answered with 503.</summary>
    public long MaxMemoryBytes { get; init; } = 512 << 20;

    /// <summary>Who sends this as bearer token may choose crash ids; empty for nobody.</summary>
    public string ForwarderToken { get; init; } = "";

    /// <summary>Names a crash that is accepted at a time, to be processed now or, when deferred, when somebody asks for it.</summary>
    public Func<DateTimeOffset, bool, CrashId> NewId { get; init; } = CrashId.Create;
}
