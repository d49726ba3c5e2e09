using System.Text.Json;
using Socorro.Crashes;
using Socorro.Processing;
using Socorro.Storage;

namespace Socorro.Reprocessing;

/// <summary>Makes the signatures of stored crashes again without walking stacks.</summary>
public sealed class SignatureRegenerator(CrashStore store, PipelineChoice pipelines)
{
    /// <summary>A crash that is processed again and again meanwhile has its signature from the lists of now.</summary>
    const int MaxAttempts = 3;

    /// <summary>Makes and stores the signature of a processed crash again.</summary>
    /// <returns>What lists shall show of it; null when nothing changed, or it was processed anew meanwhile.</returns>
    /// <exception cref="InvalidDataException">What is stored is no processed crash, or the rule failed.</exception>
    /// <exception cref="StorageRefusedException">The store refused.</exception>
    public async Task<CrashSummary?> RegenerateAsync(ProcessedCrash crash, string? why, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (Regenerate(crash, why) is not { } result)
                return null;
            if (await store.ReplaceProcessedAsync(crash, result.Crash, cancel))
                return result.Summary;
            if (await store.FindProcessedAsync(crash.Id, cancel) is not { } now)
                return null;

            crash = now;
        }

        return null;
    }

    ProcessingResult? Regenerate(ProcessedCrash crash, string? why) =>
        pipelines.For(FindProduct(crash)).RegenerateSignature(crash, why);

    static string? FindProduct(ProcessedCrash crash)
    {
        var reader = new Utf8JsonReader(crash.Json.Span);
        try
        {
            for (reader.Read(); reader.Read() && reader.TokenType == JsonTokenType.PropertyName; reader.Skip())
            {
                var isProduct = reader.ValueTextEquals("product"u8);
                reader.Read();
                if (isProduct)
                    return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }

            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
