using System.Collections.Frozen;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Processing;

/// <summary>A processed crash as the store gave it back, some of whose fields are to be made again.</summary>
/// <exception cref="InvalidDataException">It is no JSON object.</exception>
sealed class StoredCrash
{
    readonly ProcessedCrash _crash;
    readonly JsonElement _document;

    public StoredCrash(ProcessedCrash crash)
    {
        _crash = crash;
        if (!LooseJson.TryParse(crash.Json, out _document) || _document.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException($"The processed crash {crash.Id} is no JSON object");
    }

    /// <summary>What rules start from that need nothing of what was sent.</summary>
    public CrashInput ToInput(string? why) => new()
    {
        Raw = new()
        {
            Id = _crash.Id,
            SubmittedAt = SubmittedAt,
            Annotations = FrozenDictionary<string, string>.Empty,
            Metadata = new() { Payload = "", IsCompressed = false, PayloadSize = 0 },
        },
        Why = why,
        Walks = [new() { Name = CrashInput.MainDump, Status = DumpWalk.Ok, Report = _document.Member("json_dump") }],
        Previous = _document,
    };

    /// <summary>Those of the fields that it has.</summary>
    public IEnumerable<(string Name, JsonNode Value)> Read(IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (Find(name) is { } value)
                yield return (name, value);
        }
    }

    /// <summary>Whether a field has this value already; null is as good as absent.</summary>
    public bool Has(string name, JsonNode? value) => JsonNode.DeepEquals(Find(name), value);

    JsonNode? Find(string name) => _document.Member(name) switch
    {
        { ValueKind: JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.Object } value => JsonObject.Create(value),
        { ValueKind: JsonValueKind.Array } value => JsonArray.Create(value),
        var value => JsonValue.Create(value),
    };

    public CrashSummary Summarize(Draft changes) => Summary.Of(
        _crash.Id, SubmittedAt, name => changes.FindText(name) ?? _document.Member(name).Text());

    /// <summary>
    /// The document with the fields of a draft put over its own; of those that were to be made <paramref name="instead"/>, the
    /// ones that the draft does not have are gone.
    /// </summary>
    public ProcessedCrash With(Draft changes, IReadOnlyList<string> instead)
    {
        using var output = new MemoryStream(_crash.Json.Length + 1024);
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            var made = changes.Fields.GetEnumerator();
            var isLeft = made.MoveNext();
            // Both are in the order of their names, and so is what comes of them.
            foreach (var member in _document.EnumerateObject())
            {
                for (; isLeft && string.CompareOrdinal(made.Current.Key, member.Name) < 0; isLeft = made.MoveNext())
                    Write(writer, made.Current.Key, made.Current.Value);

                if (isLeft && made.Current.Key == member.Name)
                {
                    Write(writer, made.Current.Key, made.Current.Value);
                    isLeft = made.MoveNext();
                }
                else if (!instead.Contains(member.Name))
                {
                    // Most of a document is the report, which is copied as it is.
                    writer.WritePropertyName(member.Name);
                    writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(member.Value), skipInputValidation: true);
                }
            }

            for (; isLeft; isLeft = made.MoveNext())
                Write(writer, made.Current.Key, made.Current.Value);

            writer.WriteEndObject();
        }

        return new(_crash.Id, output.ToArray());
    }

    DateTimeOffset SubmittedAt =>
        DateTimeOffset.TryParse(
            _document.Member("submitted_timestamp").Text(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : new(_crash.Id.Day, TimeOnly.MinValue, TimeSpan.Zero);

    static void Write(Utf8JsonWriter writer, string name, JsonNode? value)
    {
        writer.WritePropertyName(name);
        if (value is null)
            writer.WriteNullValue();
        else
            value.WriteTo(writer);
    }
}
