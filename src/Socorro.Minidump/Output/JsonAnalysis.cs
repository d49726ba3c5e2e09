using System.Text.Json;
using Socorro.Minidumps.Instructions;
using Socorro.Minidumps.Risks;

namespace Socorro.Minidumps.Output;

/// <summary>Writes what the crashing instruction told: the members of crash_info that are about it.</summary>
sealed class JsonAnalysis(CrashAnalysis? analysis, Utf8JsonWriter json, AddressText addresses)
{
    public void WriteAdjustedAddress()
    {
        if (analysis?.Adjusted is not { } adjusted)
        {
            json.WriteNull("adjusted_address");
            return;
        }

        var isNull = adjusted.Kind == AdjustmentKind.NullPointer;
        json.WriteStartObject("adjusted_address");
        if (!isNull)
            json.WriteString("address", addresses.Format(adjusted.Value));
        json.WriteString("kind", isNull ? "null-pointer" : "non-canonical");
        if (isNull)
            json.WriteString("offset", addresses.Format(adjusted.Value));
        json.WriteEndObject();
    }

    /// <param name="hasReason">Whether there was a crash; else there is nothing to be consistent.</param>
    public void WriteInconsistencies(bool hasReason)
    {
        if (!hasReason)
        {
            json.WriteNull("crash_inconsistencies");
            return;
        }

        json.WriteStartArray("crash_inconsistencies");
        foreach (var inconsistency in analysis?.Inconsistencies ?? [])
            json.WriteStringValue(AnalysisNames.Of(inconsistency));
        json.WriteEndArray();
    }

    public void WriteCodeFlip()
    {
        if (analysis?.CodeFlip is not { } flip)
            return;

        json.WriteStartObject("code_bit_flip");
        json.WriteString("address", addresses.Format(flip.Address));
        json.WriteString("expected", $"{flip.Expected:x2}");
        json.WriteString("found", $"{flip.Found:x2}");
        json.WriteEndObject();
    }

    public void WriteUpdate()
    {
        if (analysis?.Update is not { Target: { } target } update)
        {
            json.WriteNull("instruction_pointer_update");
            return;
        }

        json.WriteStartObject("instruction_pointer_update");
        json.WriteString("address", addresses.Format(target));
        if (update.IsLikelyGuardPage)
            json.WriteBoolean("is_likely_guard_page", true);
        json.WriteEndObject();
    }

    public void WriteAccesses()
    {
        if (analysis?.Accesses is not { } accesses)
        {
            json.WriteNull("memory_accesses");
            return;
        }

        json.WriteObjects("memory_accesses", accesses, access =>
        {
            json.WriteString("access_type", AnalysisNames.Of(access.Mode));
            json.WriteString("address", addresses.Format(access.Address));
            if (access.IsLikelyGuardPage)
                json.WriteBoolean("is_likely_guard_page", true);
            json.WriteNumber("size", access.Size);
        });
    }

    public void WriteRisk(CrashRisk? risk)
    {
        if (risk is null)
            return;

        json.WriteStartObject("memory_safety");
        json.WriteStartArray("facts");
        foreach (var fact in risk.Facts)
            json.WriteStringValue(AnalysisNames.Of(fact));
        json.WriteEndArray();
        json.WriteString("rating", risk.Rating is { } rating ? AnalysisNames.Of(rating) : null);
        json.WriteEndObject();
    }

    public void WriteBitFlips()
    {
        if (analysis?.BitFlips is not [_, ..] flips)
        {
            json.WriteNull("possible_bit_flips");
            return;
        }

        json.WriteObjects("possible_bit_flips", flips, flip =>
        {
            json.WriteString("address", addresses.Format(flip.Address));
            json.WriteNumber("confidence", flip.Confidence);
            json.WriteStartObject("details");
            json.WriteBoolean("is_null", flip.IsNull);
            json.WriteNumber("nearby_registers", flip.NearbyRegisters);
            json.WriteBoolean("poison_registers", flip.HasPoison);
            json.WriteBoolean("was_low", flip.WasLow);
            json.WriteBoolean("was_non_canonical", flip.WasNonCanonical);
            json.WriteEndObject();
            json.WriteString("source_register", flip.SourceRegister);
        });
    }
}

/// <summary>The words of reports.</summary>
static class AnalysisNames
{
    public static string Of(AccessMode mode) => mode switch
    {
        AccessMode.Read => "read",
        AccessMode.Write => "write",
        AccessMode.ReadWrite => "readwrite",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "no such mode"),
    };

    public static string Of(RiskRating rating) => rating switch
    {
        RiskRating.None => "none",
        RiskRating.Interesting => "interesting",
        RiskRating.Low => "low",
        RiskRating.Medium => "medium",
        RiskRating.High => "high",
        _ => throw new ArgumentOutOfRangeException(nameof(rating), rating, "no such rating"),
    };

    /// <summary>The name of the fact in small letters.</summary>
    public static string Of(RiskFact fact) => JsonNamingPolicy.SnakeCaseLower.ConvertName(fact.ToString());

    public static string Of(Inconsistency inconsistency) => inconsistency switch
    {
        Inconsistency.DivisionNotPossible => "int_div_by_zero_not_possible",
        Inconsistency.InstructionNotPrivileged => "priv_instruction_crash_without_priv_instruction",
        Inconsistency.NonCanonicalNotUsed => "non_canonical_address_falsely_reported",
        Inconsistency.AddressNotAccessed => "crashing_access_not_found_in_memory_accesses",
        Inconsistency.AccessAllowed => "access_violation_when_access_allowed",
        Inconsistency.AddressMapped => "unmapped_address_reported_when_mapped",
        _ => throw new ArgumentOutOfRangeException(nameof(inconsistency), inconsistency, "no such inconsistency"),
    };
}
