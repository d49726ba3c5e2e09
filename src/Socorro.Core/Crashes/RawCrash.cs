using System.Collections.Frozen;

namespace Socorro.Crashes;

/// <summary>What a client sent, as the collector keeps it: never changed after it was stored.</summary>
public sealed record RawCrash
{
    public required CrashId Id { get; init; }

    /// <summary>When the collector had the whole submission (UTC).</summary>
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>The client's own words about the crash, by annotation name.</summary>
    public required FrozenDictionary<string, string> Annotations { get; init; }

    /// <summary>The binary parts, by the name they were sent under ("upload_file_minidump" is the main dump).</summary>
    public IReadOnlyList<DumpEntry> Dumps { get; init; } = [];

    public required CollectorMetadata Metadata { get; init; }

    /// <summary>Whether a client, unsure of the answer, sent this again: how and when it arrived may differ.</summary>
    public bool HasSameContent(RawCrash again) =>
        Dumps.SequenceEqual(again.Dumps)
        && Annotations.Count == again.Annotations.Count
        && Annotations.All(pair => again.Annotations.TryGetValue(pair.Key, out var value) && value == pair.Value);
}

/// <summary>One stored dump or attachment.</summary>
/// <param name="Name">Letters, digits and underscores, at most 30; unique within the crash.</param>
/// <param name="Length">Its size in bytes, uncompressed.</param>
/// <param name="Sha256">Lower-case hex of the uncompressed bytes.</param>
/// <param name="FileName">The file name the client gave, as it gave it; empty when it gave none.</param>
public sealed record DumpEntry(string Name, long Length, string Sha256, string FileName = "");

/// <summary>How a crash arrived.</summary>
public sealed record CollectorMetadata
{
    /// <summary>"json" when the annotations came as one JSON part, else "multipart".</summary>
    public required string Payload { get; init; }

    public required bool IsCompressed { get; init; }

    /// <summary>Bytes of the request body as received, still compressed.</summary>
    public required long PayloadSize { get; init; }

    /// <summary>What the collector found odd or removed, one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The client's User-Agent header; empty when it sent none.</summary>
    public string UserAgent { get; init; } = "";

    /// <summary>The throttle rule that decided, and the percentage of such crashes that it accepts.</summary>
    public string ThrottleRule { get; init; } = "accept_everything";

    public double ThrottleRate { get; init; } = 100;
}
