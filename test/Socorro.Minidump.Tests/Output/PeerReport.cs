using System.Text.Json.Nodes;

namespace Socorro.Minidumps.Tests.Output;

/// <summary>
/// Compares our report with one of minidump-stackwalk in the condensed form of the conformance data: everything that it
/// has must be in ours, which may have more.
/// </summary>
static class PeerReport
{
    /// <summary>Brings our report into the condensed form.</summary>
    public static JsonObject Condense(ReadOnlySpan<byte> report)
    {
        var root = JsonNode.Parse(report)!.AsObject();
        var threads = root["threads"]!.AsArray();
        for (var i = 0; i < threads.Count; i++)
        {
            threads[i]!["index"] = i;
            foreach (var frame in threads[i]!["frames"]!.AsArray())
                frame!["i"] = frame["frame"]!.DeepClone();
        }

        if (root["crashing_thread"] is JsonObject crashing && crashing["frames"]![0]?["registers"] is { } registers)
            threads[(int)crashing["threads_index"]!]!["frames"]![0]!["registers"] = registers.DeepClone();
        return root;
    }

    /// <summary>The paths at which something that is expected is missing or different.</summary>
    public static IEnumerable<string> Differences(JsonNode? expected, JsonNode? actual, string path = "") =>
        (expected, actual) switch
        {
            (JsonObject e, JsonObject a) => e.SelectMany(member =>
                Differences(member.Value, a[member.Key], $"{path}/{member.Key}")),
            (JsonArray e, JsonArray a) when e.Count == a.Count => e.Zip(a).SelectMany((pair, i) =>
                Differences(pair.First, pair.Second, $"{path}/{i}")),
            _ when JsonNode.DeepEquals(expected, actual) => [],
            _ => [$"{path}: expected {expected?.ToJsonString()}, found {actual?.ToJsonString()}"],
        };
}
