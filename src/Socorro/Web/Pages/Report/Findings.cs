using System.Text.Json;

namespace Socorro.Web.Pages.Report;

/// <summary>What the stack walker found out about the crash beyond its reason and address, in sentences.</summary>
static class Findings
{
    const int MaxOfEach = 5;
    const int MaxText = 200;

    public static IReadOnlyList<string> Of(JsonElement crash) =>
    [
        .. OfStack(crash),
        .. OfAddress(crash.Member("adjusted_address")),
        .. crash.Entries("memory_accesses").Take(MaxOfEach).Select(OfAccess),
        .. OfBitFlips(crash),
        .. crash.Entries("crash_inconsistencies").Take(MaxOfEach).Select(OfInconsistency),
    ];

    static IEnumerable<string> OfStack(JsonElement crash)
    {
        if (crash.Flag("stack_overflow"))
            yield return "The thread used up its stack: a recursion without end, or locals that are too large.";
    }

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

    // A stack that was used up explains the address by itself, though a flipped bit would lead back into the stack.
    static IEnumerable<string> OfBitFlips(JsonElement crash)
    {
        string[] flips = [.. crash.Entries("possible_bit_flips").Take(MaxOfEach).Select(OfBitFlip)];
        if (flips.Length > 0 && !crash.Flag("stack_overflow"))
            yield return $"One flipped bit would explain the crash; valid would have been {string.Join(", ", flips)}.";
    }

    static string OfBitFlip(JsonElement flip)
    {
        var register = flip.Text("source_register") is { Length: > 0 } name ? $" in {Clip(name)}" : "";
        var confidence = flip.Member("confidence") is { ValueKind: JsonValueKind.Number } number
            ? FormattableString.Invariant($" ({number.GetDouble() * 100:0} %)")
            : "";
        return $"{Clip(flip.Text("address"))}{register}{confidence}";
    }

    static string OfInconsistency(JsonElement name) =>
        $"The reported reason does not fit the instruction: {Clip(name.AsText()).Replace('_', ' ')}.";

    static string Clip(string text) => Wording.Clip(text, MaxText);
}
