using System.Text.Json;

namespace Socorro.Throttling;

/// <summary>The value that a condition tests.</summary>
/// <param name="Annotation">Its name.</param>
/// <param name="Path">Members to follow where the annotation holds JSON, such as system, os, name.</param>
/// <param name="Default">The text to test where there is none.</param>
public sealed record Subject(string Annotation, IReadOnlyList<string> Path, string? Default)
{
    /// <summary>Null when it is absent, or when the annotation is not the JSON that the path wants.</summary>
    public SubjectValue? Find(IReadOnlyDictionary<string, string> annotations)
    {
        var value = annotations.TryGetValue(Annotation, out var text) ? Follow(text) : null;
        return value is null && Default is not null ? new(Default, IsJsonText: false) : value;
    }

    public override string ToString() => string.Join('.', Path.Prepend(Annotation));

    SubjectValue? Follow(string text)
    {
        if (Path.Count == 0)
            return new(text, IsJsonText: false);

        try
        {
            using var document = JsonDocument.Parse(text);
            var element = document.RootElement;
            foreach (var member in Path)
            {
                if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(member, out element))
                    return null;
            }

            return element.ValueKind == JsonValueKind.String
                ? new(element.GetString()!, IsJsonText: true)
                : new(element.GetRawText(), IsJsonText: false);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is half a surrogate pair.
            return null;
        }
    }
}

/// <summary>A value with what it was.</summary>
/// <param name="Text">The text, or the JSON of what is not text.</param>
/// <param name="IsJsonText">Whether it stood in quotes inside JSON, and so is no number.</param>
public readonly record struct SubjectValue(string Text, bool IsJsonText);
