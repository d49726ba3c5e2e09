using System.Text.Json;

namespace Socorro.Fields;

/// <summary>
/// Leaves out of a crash whatever is protected or not declared: the one place that decides what a reader without
/// permission gets.
/// </summary>
public sealed class Redaction
{
    readonly FieldSet _fields;
    readonly Dictionary<string, Parts> _parts = [];

    public Redaction(FieldSet fields)
    {
        _fields = fields;
        foreach (var field in fields.All.Where(field => field.PublicParts.Count > 0))
            _parts.Add(field.Name, Parts.Of(field.PublicParts));
    }

    /// <summary>Writes the public part of a processed crash.</summary>
    public void WritePublic(JsonElement document, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var member in document.EnumerateObject())
        {
            if (_fields.Find(member.Name) is not { IsPublic: true } field)
                continue;

            writer.WritePropertyName(member.Name);
            if (_parts.TryGetValue(field.Name, out var parts))
                Write(member.Value, parts, writer);
            else if (field.Type == FieldType.Document && member.Value.ValueKind == JsonValueKind.Object)
                WritePublic(member.Value, writer);
            else
                member.Value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    static void Write(JsonElement value, Parts parts, Utf8JsonWriter writer)
    {
        if (parts.IsWhole)
        {
            value.WriteTo(writer);
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    if (!parts.Members.TryGetValue(member.Name, out var inner))
                        continue;

                    writer.WritePropertyName(member.Name);
                    Write(member.Value, inner, writer);
                }

                writer.WriteEndObject();
                break;

            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(item, parts, writer);

                writer.WriteEndArray();
                break;

            default:
                // A value where members were declared: nothing says that it is public.
                writer.WriteNullValue();
                break;
        }
    }

    /// <summary>The public members of an object, or of each object of an array; without members, all of it.</summary>
    sealed class Parts
    {
        public Dictionary<string, Parts> Members { get; } = [];

        public bool IsWhole => Members.Count == 0;

        public static Parts Of(IReadOnlyList<string> paths)
        {
            var root = new Parts();
            foreach (var path in paths)
            {
                var at = root;
                foreach (var name in path.Split('.'))
                {
                    if (!at.Members.TryGetValue(name, out var next))
                        at.Members.Add(name, next = new());
                    at = next;
                }
            }

            return root;
        }
    }
}
