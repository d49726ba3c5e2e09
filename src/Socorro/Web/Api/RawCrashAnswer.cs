using System.Globalization;
using System.Text.Json;
using Socorro.Crashes;
using Socorro.Reading;

namespace Socorro.Web.Api;

/// <summary>The raw crash in the JSON that tools of the field read: annotations, then what the collector adds.</summary>
static class RawCrashAnswer
{
    /// <summary>The version of this document's structure; the product's version is the annotation <c>Version</c>.</summary>
    const int StructureVersion = 2;

    static readonly string[] CollectorNames = ["metadata", "submitted_timestamp", "uuid", "version"];

    public static byte[] Write(VisibleCrash crash)
    {
        using var document = new MemoryStream();
        using (var json = new Utf8JsonWriter(document))
        {
            json.WriteStartObject();
            foreach (var (name, value) in crash.Annotations.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                if (!CollectorNames.Contains(name))
                    json.WriteString(name, value);
            }

            if (crash.Metadata is { } metadata)
            {
                json.WritePropertyName("metadata");
                WriteMetadata(json, crash.Dumps, metadata);
            }

            json.WriteString("submitted_timestamp", WriteTime(crash.SubmittedAt));
            json.WriteString("uuid", crash.Id.ToString());
            json.WriteNumber("version", StructureVersion);
            json.WriteEndObject();
        }

        return document.ToArray();
    }

    static void WriteMetadata(Utf8JsonWriter json, IReadOnlyList<DumpEntry> dumps, CollectorMetadata metadata)
    {
        json.WriteStartObject();
        json.WriteStartArray("collector_notes");
        foreach (var note in metadata.Notes)
            json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteStartObject("dump_checksums");
        foreach (var dump in dumps)
            json.WriteString(dump.Name, dump.Sha256);
        json.WriteEndObject();
        json.WriteString("payload", metadata.Payload);
        json.WriteString("payload_compressed", metadata.IsCompressed ? "1" : "0");
        json.WriteNumber("payload_size", metadata.PayloadSize);
        json.WriteNumber("throttle_rate", metadata.ThrottleRate);
        json.WriteString("throttle_rule", metadata.ThrottleRule);
        json.WriteString("user_agent", metadata.UserAgent);
        json.WriteEndObject();
    }

    static string WriteTime(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture);
}
