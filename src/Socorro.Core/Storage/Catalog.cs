using Socorro.Crashes;

namespace Socorro.Storage;

/// <summary>The few facts of a processed crash that lists show.</summary>
public sealed record CrashSummary
{
    public required CrashId Id { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    public required string Signature { get; init; }

    public string Product { get; init; } = "";

    public string Version { get; init; } = "";

    public string BuildId { get; init; } = "";

    /// <summary>The system's name for people, such as "Windows 11".</summary>
    public string Os { get; init; } = "";

    public string Reason { get; init; } = "";

    public string Address { get; init; } = "";
}

/// <summary>A signature over a window of time.</summary>
/// <param name="Signature">The signature.</param>
/// <param name="Count">Its crashes in the window.</param>
/// <param name="FirstSeen">The submission of its first crash ever.</param>
/// <param name="LastSeen">The submission of its last crash.</param>
public sealed record SignatureCount(string Signature, long Count, DateTimeOffset FirstSeen, DateTimeOffset LastSeen);

/// <summary>
/// Holds what is small and relational: crash summaries for lists, signatures and their first appearances, tokens.
/// Recording a crash again replaces what was recorded of it. All members may be called from any thread.
/// </summary>
public abstract class Catalog : IAsyncDisposable
{
    /// <summary>Who may do what.</summary>
    public abstract TokenRegistry Tokens { get; }

    /// <summary>Which crashes shall be processed again.</summary>
    public abstract ReprocessingOrders Reprocessing { get; }

    /// <summary>What clients send that no field declares.</summary>
    public abstract UndeclaredAnnotations Undeclared { get; }

    public abstract Task RecordAsync(IReadOnlyList<CrashSummary> crashes, CancellationToken cancel);

    /// <summary>The newest crashes by submission, newest first.</summary>
    public abstract Task<IReadOnlyList<CrashSummary>> ListNewestAsync(int most, CancellationToken cancel);

    /// <summary>Crashes of a signature, newest first, leaving out the first <paramref name="skip"/>.</summary>
    public abstract Task<IReadOnlyList<CrashSummary>> ListBySignatureAsync(
        string signature, int skip, int most, CancellationToken cancel);

    /// <summary>A signature's totals since ever; null when no crash has it.</summary>
    public abstract Task<SignatureCount?> FindSignatureAsync(string signature, CancellationToken cancel);

    /// <summary>The most frequent signatures among crashes submitted since a time, most frequent first.</summary>
    public abstract Task<IReadOnlyList<SignatureCount>> ListTopSignaturesAsync(
        DateTimeOffset since, int most, CancellationToken cancel);

    /// <summary>How many crashes are recorded that were submitted since a time.</summary>
    public abstract Task<long> CountAsync(DateTimeOffset since, CancellationToken cancel);

    public abstract ValueTask DisposeAsync();
}
