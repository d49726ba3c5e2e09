using Socorro.Crashes;

namespace Socorro.Reading;

/// <summary>What a reader gets of a raw crash.</summary>
public sealed record VisibleCrash
{
    public required CrashId Id { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>Those he may see.</summary>
    public required IReadOnlyDictionary<string, string> Annotations { get; init; }

    /// <summary>How many the client sent.</summary>
    public required int AnnotationCount { get; init; }

    /// <summary>The stored files, for who may see either protected data or dumps; else empty.</summary>
    public required IReadOnlyList<DumpEntry> Dumps { get; init; }

    /// <summary>How many files the client sent.</summary>
    public required int DumpCount { get; init; }

    /// <summary>How the crash arrived; null when it is kept from him.</summary>
    public required CollectorMetadata? Metadata { get; init; }
}

/// <summary>A crash that no retry could process.</summary>
/// <param name="Id">The crash.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Error">What failed last, which may quote anything of the crash; null when it is kept from the reader.</param>
/// <param name="At">When it was given up.</param>
public sealed record FailedCrash(CrashId Id, int Attempts, string? Error, DateTimeOffset At);
