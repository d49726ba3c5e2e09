using System.Text.Json;

namespace Socorro.Web.Pages.Report;

/// <summary>What the stack walker found out about the crash beyond its reason and address, in sentences.</summary>
static class Findings
{
    const int MaxOfEach = 5;
    const int MaxText = 200;

    public static IReadOnlyList<string> Of(JsonElement crash) =>
    [
        .. OfAddress(crash.Member("adjusted_address")),
        .. crash.Entries("memory_accesses").Take(MaxOfEach).Select(OfAccess),
        .. crash.Entries("possible_bit_flips").Take(MaxOfEach).Select(OfBitFlip),
        .. crash.Entries("crash_inconsistencies").Take(MaxOfEach).Select(OfInconsistency),
    ];

    static IEnumerable<string> OfAddress(JsonElement adjusted)
    {
        switch (adjusted.Text("kind"))
        {
            case "null-pointer":
                yield return $"The address is a null pointer plus {Clip(adjusted.Text("offset"))}.";
                break;
            case "non-canonical":
                yield return $"The address was really {Clip(adjusted.Text("address"))}, which is not canonical: "
                    + "no memory can ever be there.";
                break;
        }
    }

    static string OfAccess(JsonElement access)
    {
        var kind = access.Text("access_type") switch
        {
            "read" => "reads",
            "write" => "writes",
            "readwrite" => "reads and writes",
            _ => "touches",
        };
        var size = access.Number("size") is { } bytes ? $"{Wording.Count(bytes, "byte", "bytes")} " : "";
        var guard = access.Flag("is_likely_guard_page") ? ", likely a guard page" : "";
        return $"The crashing instruction {kind} {size}at {Clip(access.Text("address"))}{guard}.";
    }

    static string OfBitFlip(JsonElement flip)
    {
        var confidence = flip.Member("confidence") is { ValueKind: JsonValueKind.Number } number
            ? FormattableString.Invariant($" ({number.GetDouble():P0} confidence)")
            : "";
        var register = flip.Text("source_register") is { Length: > 0 } name ? $" in {Clip(name)}" : "";
        return $"One flipped bit{register} would explain the crash: {Clip(flip.Text("address"))} would have been valid"
            + $"{confidence}.";
    }

    static string OfInconsistency(JsonElement name) =>
        $"The reported reason does not fit the instruction: {Clip(name.AsText()).Replace('_', ' ')}.";

    static string Clip(string text) => Wording.Clip(text, MaxText);
}
