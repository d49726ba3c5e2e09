using System.Collections.Frozen;
using System.Text.Json;

namespace Socorro.Processing;

/// <summary>What came of walking one minidump.</summary>
public sealed record DumpWalk
{
    /// <summary>The status of a dump that was walked.</summary>
    public const string Ok = "OK";

    /// <summary>The status of a dump without a byte.</summary>
    public const string Empty = "EmptyMinidump";

    /// <summary>The dump's name within the crash.</summary>
    public required string Name { get; init; }

    /// <summary><see cref="Ok"/>, or in one word what kept the report from being whole, or from being at all.</summary>
    public required string Status { get; init; }

    /// <summary>The stack walker's report as it writes it in JSON; undefined when there is none.</summary>
    public JsonElement Report { get; init; }

    /// <summary>What the client wrote into the dump about its crash.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>What was wrong in the dump, a line each.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}
