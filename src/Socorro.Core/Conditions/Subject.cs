using System.Globalization;
using System.Text.Json;

namespace Socorro.Conditions;

/// <summary>A value of a crash that a condition tests, or that a field is made from.</summary>
public abstract record Subject
{
    /// <summary>The text to take where there is none; null to leave it absent.</summary>
    public string? Default { get; init; }

    /// <summary>Null when it is absent.</summary>
    public SubjectValue? Find(Facts facts) =>
        FindAll(facts).Cast<SubjectValue?>().FirstOrDefault() ?? (Default is null ? null : SubjectValue.Of(Default));

    /// <summary>All values there are, without the default.</summary>
    public abstract IEnumerable<SubjectValue> FindAll(Facts facts);

    /// <summary>What the client sent.</summary>
    /// <param name="Name">The annotation's name.</param>
    /// <param name="Path">Members to follow where it holds JSON, such as system, os, name.</param>
    public sealed record Annotation(string Name, IReadOnlyList<string> Path) : Subject
    {
        public override IEnumerable<SubjectValue> FindAll(Facts facts) => !facts.Annotations.TryGetValue(Name, out var text) ? []
            : Path.Count == 0 ? [SubjectValue.Of(text)]
            : TryParse(text, out var json) ? Follow(json, Path)
            : [];

        public override string ToString() => string.Join('.', Path.Prepend(Name));

        static bool TryParse(string text, out JsonElement json)
        {
            try
            {
                json = JsonElement.Parse(text);
                return true;
            }
            catch (Exception e) when (e is JsonException or ArgumentException)
            {
                json = default;
                return false;
            }
        }
    }

    /// <summary>A place in the stack walker's report; * passes through a list, a number takes one of its items.</summary>
    public sealed record Report(IReadOnlyList<string> Path) : Subject
    {
        public override IEnumerable<SubjectValue> FindAll(Facts facts) => Follow(facts.Report, Path);

        public override string ToString() => $"report.{string.Join('.', Path)}";
    }

    /// <summary>A field of the processed crash that is written already.</summary>
    public sealed record Field(string Name) : Subject
    {
        public override IEnumerable<SubjectValue> FindAll(Facts facts) =>
            facts.Fields.TryGetValue(Name, out var value) && SubjectValue.FindOf(value) is { } found ? [found] : [];

        public override string ToString() => Name;
    }

    /// <summary>The same for every crash.</summary>
    public sealed record Constant(string Text) : Subject
    {
        public override IEnumerable<SubjectValue> FindAll(Facts facts) => [SubjectValue.Of(Text)];

        public override string ToString() => $"\"{Text}\"";
    }

    static IEnumerable<SubjectValue> Follow(JsonElement element, IReadOnlyList<string> path, int from = 0)
    {
        for (var i = from; i < path.Count; i++)
        {
            if (element.ValueKind == JsonValueKind.Array && path[i] == "*")
            {
                var rest = i + 1;
                return element.EnumerateArray().SelectMany(item => Follow(item, path, rest));
            }

            if (!TryStep(ref element, path[i]))
                return [];
        }

        return SubjectValue.FindOf(element) is { } value ? [value] : [];
    }

    static bool TryStep(ref JsonElement element, string step)
    {
        if (element.ValueKind == JsonValueKind.Object)
            return element.TryGetProperty(step, out element);
        if (element.ValueKind != JsonValueKind.Array
            || !int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || index >= element.GetArrayLength())
        {
            return false;
        }

        element = element[index];
        return true;
    }
}

/// <summary>A value with what it was.</summary>
/// <param name="Text">The text, or the JSON of what is not text.</param>
/// <param name="IsJsonText">Whether it stood in quotes inside JSON, and so is no number.</param>
public readonly record struct SubjectValue(string Text, bool IsJsonText)
{
    public static SubjectValue Of(string text) => new(text, IsJsonText: false);

    /// <summary>Null for what is not there, and for half a surrogate pair, which is no text.</summary>
    public static SubjectValue? FindOf(JsonElement json)
    {
        try
        {
            return json.ValueKind switch
            {
                JsonValueKind.Undefined or JsonValueKind.Null => null,
                JsonValueKind.String => new(json.GetString()!, IsJsonText: true),
                _ => Of(json.GetRawText()),
            };
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
