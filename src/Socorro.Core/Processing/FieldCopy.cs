using System.Text.Json;
using System.Text.Json.Nodes;
using Socorro.Fields;

namespace Socorro.Processing;

/// <summary>
/// Fills the fields that are mere copies: of an annotation, or of a place in the report. What is wrong with one field is
/// noted, and the others are copied all the same.
/// </summary>
static class FieldCopy
{
    public static void Copy(FieldSet fields, Draft crash)
    {
        foreach (var field in fields.All)
        {
            switch (field.Source)
            {
                case FieldSource.Annotation source:
                    CopyAnnotation(field, source.Names, crash);
                    break;
                case FieldSource.Report source:
                    CopyReport(field, source.Path, crash);
                    break;
            }
        }
    }

    static void CopyAnnotation(Field field, IReadOnlyList<string> names, Draft crash)
    {
        if (names.FirstOrDefault(crash.Annotations.ContainsKey) is { } name)
        {
            if (FieldValue.TryConvert(field, name, crash.Annotations[name], out var value, out var problem))
                crash.Set(field.Name, value);
            else
                crash.Note(problem);
        }
        else if (field.Default is { } value)
        {
            crash.Set(field.Name, value.DeepClone());
        }
    }

    static void CopyReport(Field field, IReadOnlyList<string> path, Draft crash)
    {
        var found = path.Aggregate(crash.Report, (at, name) => at.Member(name));
        if (found.ValueKind == JsonValueKind.Undefined)
            return;

        if (Read(field.Type, found) is { } value)
            crash.Set(field.Name, value);
        else
            crash.Note($"report {string.Join('.', path)} is malformed {field.Name}");
    }

    static JsonNode? Read(FieldType type, JsonElement value) => (type, value.ValueKind) switch
    {
        (FieldType.String, JsonValueKind.String) => value.GetString(),
        (FieldType.Integer, JsonValueKind.Number) => value.TryGetInt64(out var number) ? number : null,
        (FieldType.Number, JsonValueKind.Number) => value.GetDouble(),
        (FieldType.Boolean, JsonValueKind.True or JsonValueKind.False) => value.GetBoolean(),
        (FieldType.Object, JsonValueKind.Object) => JsonObject.Create(value),
        (FieldType.List, JsonValueKind.Array) => JsonArray.Create(value),
        _ => null,
    };
}
