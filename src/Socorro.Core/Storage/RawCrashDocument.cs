using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using Socorro.Crashes;

namespace Socorro.Storage;

/// <summary>
/// The raw crash as stores keep it: one UTF-8 JSON object. Equal crashes give equal bytes, so that a repeated put can
/// be told from another crash with the same id.
/// </summary>
public static class RawCrashDocument
{
    public static byte[] Write(RawCrash crash)
    {
        var stored = new StoredRawCrash(
            crash.Id.ToString(),
            crash.SubmittedAt.ToUniversalTime(),
            new SortedDictionary<string, string>(crash.Annotations, StringComparer.Ordinal),
            crash.Dumps,
            crash.Metadata);
        return JsonSerializer.SerializeToUtf8Bytes(stored, RawCrashJson.Default.StoredRawCrash);
    }

    /// <exception cref="InvalidDataException">The bytes are not such a document.</exception>
    public static RawCrash Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, RawCrashJson.Default.StoredRawCrash) is { } stored
                ? new RawCrash
                {
                    Id = CrashId.Parse(stored.Id),
                    SubmittedAt = stored.SubmittedAt,
                    Annotations = stored.Annotations.ToFrozenDictionary(StringComparer.Ordinal),
                    Dumps = stored.Dumps,
                    Metadata = stored.Metadata,
                }
                : throw new InvalidDataException("A stored raw crash is null");
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new InvalidDataException($"A stored raw crash cannot be read: {e.Message}", e);
        }
    }
}

sealed record StoredRawCrash(
    string Id,
    DateTimeOffset SubmittedAt,
    SortedDictionary<string, string> Annotations,
    IReadOnlyList<DumpEntry> Dumps,
    CollectorMetadata Metadata);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StoredRawCrash))]
sealed partial class RawCrashJson : JsonSerializerContext;
