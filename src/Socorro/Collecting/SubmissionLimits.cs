namespace Socorro.Collecting;

/// <summary>Bounds on what one submission may make the collector hold. Sizes are in bytes.</summary>
public sealed record SubmissionLimits
{
    /// <summary>The body, as received and again after decompression; more is answered with 413.</summary>
    public long MaxBodyBytes { get; init; } = 100 << 20;

    /// <summary>
    /// The text of all annotations together. A part that would go over is dropped with a note, so that the dump is kept.
    /// </summary>
    public int MaxTextBytes { get; init; } = 20 << 20;

    /// <summary>Parts of the body, and annotations in a JSON part; the busiest real clients send some 300.</summary>
    public int MaxParts { get; init; } = 4096;

    public int MaxDumps { get; init; } = 64;

    /// <summary>The headers of one part; also what may come before the first part and after the last.</summary>
    public int MaxPartHeaderBytes { get; init; } = 8 << 10;

    /// <summary>Notes kept with the crash: a hostile client could earn one for every part.</summary>
    public int MaxNotes { get; init; } = 100;

    /// <summary>From the first byte of the body to the last; slower is answered with 408.</summary>
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromMinutes(10);
}
