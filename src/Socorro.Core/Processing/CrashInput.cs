using System.Collections.Frozen;
using System.Text.Json;
using Socorro.Crashes;

namespace Socorro.Processing;

/// <summary>All that processing starts from.</summary>
public sealed record CrashInput
{
    /// <summary>The name of the main dump; the names of all other minidumps begin so.</summary>
    public const string MainDump = "upload_file_minidump";

    public required RawCrash Raw { get; init; }

    /// <summary>When the work on it began, walking included; null for when its rules begin.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>What it is processed for, in words for its history; null when that goes without saying.</summary>
    public string? Why { get; init; }

    /// <summary>One for each minidump, the main one first.</summary>
    public IReadOnlyList<DumpWalk> Walks { get; init; } = [];

    /// <summary>The other binary parts that rules ask for, by name.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Attachments { get; init; } =
        FrozenDictionary<string, ReadOnlyMemory<byte>>.Empty;

    /// <summary>The processed crash of the time before; undefined when this is the first.</summary>
    public JsonElement Previous { get; init; }

    /// <summary>The walk of the main dump; null when there is none.</summary>
    public DumpWalk? MainWalk => Walks.FirstOrDefault(walk => walk.Name == MainDump);

    /// <summary>
    /// What the client said about the crash, without NULs; and what its dump says where the client said nothing.
    /// </summary>
    public FrozenDictionary<string, string> GatherAnnotations() => Annotations.Gather(
        Raw.Annotations, MainWalk?.Annotations ?? FrozenDictionary<string, string>.Empty);
}
