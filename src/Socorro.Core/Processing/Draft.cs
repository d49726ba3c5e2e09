using System.Text.Json;
using System.Text.Json.Nodes;
using Socorro.Crashes;
using Socorro.Fields;

namespace Socorro.Processing;

/// <summary>
/// A processed crash while rules write it. It begins with nothing, so that nothing of an earlier processing survives, and
/// holds each rule to the fields that it declared.
/// </summary>
public sealed class Draft(FieldSet declared, CrashInput input)
{
    /// <summary>Notes are for people; a hostile dump may have as many oddities as it has modules.</summary>
    const int MaxNotes = 500;

    /// <summary>A note may quote a name, which may have any length.</summary>
    const int MaxNote = 1000;

    readonly SortedDictionary<string, JsonNode?> _fields = new(StringComparer.Ordinal);
    readonly Dictionary<string, JsonElement> _elements = [];
    readonly Dictionary<string, JsonElement> _reports = input.Walks
        .Where(walk => walk.Report.ValueKind == JsonValueKind.Object)
        .ToDictionary(walk => walk.Name, walk => walk.Report);
    readonly List<string> _notes = [];
    Rule? _rule;

    public RawCrash Raw => input.Raw;

    public IReadOnlyList<DumpWalk> Walks => input.Walks;

    /// <summary>As <see cref="CrashInput.GatherAnnotations"/> has them.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; } = input.GatherAnnotations();

    /// <summary>The stack walker's report of the main dump; undefined when there is none.</summary>
    public JsonElement Report => ReportOf(CrashInput.MainDump);

    /// <summary>The reports of all dumps, by the dump's name.</summary>
    public IReadOnlyCollection<string> Reported => _reports.Keys;

    public IReadOnlyList<string> Notes => _notes;

    /// <summary>What was written so far, in the order of the names.</summary>
    internal IReadOnlyDictionary<string, JsonNode?> Fields => _fields;

    /// <summary>The fields, annotations, attachments and reports that the rule at work has found something in.</summary>
    internal HashSet<string> Used { get; } = [];

    /// <summary>The fields that it has written.</summary>
    internal List<string> Written { get; } = [];

    public JsonElement ReportOf(string dump)
    {
        if (!_reports.TryGetValue(dump, out var report))
            return default;

        Used.Add(dump == CrashInput.MainDump ? "report" : $"report of {dump}");
        return report;
    }

    /// <summary>Puts an edited report in the place of the walker's.</summary>
    public void ReplaceReport(string dump, JsonObject report) =>
        _reports[dump] = JsonSerializer.SerializeToElement(report);

    /// <summary>What the client sent for a field: the first of its declared annotations that is there.</summary>
    public string? Sent(string field)
    {
        var declaration = declared.Find(field)
            ?? throw new InvalidOperationException($"Field {field} is not declared");
        foreach (var name in declaration.Annotations)
        {
            if (Annotations.TryGetValue(name, out var text))
            {
                Used.Add(name);
                return text;
            }
        }

        return null;
    }

    public ReadOnlyMemory<byte>? FindAttachment(string name)
    {
        if (!input.Attachments.TryGetValue(name, out var bytes))
            return null;

        Used.Add(name);
        return bytes;
    }

    /// <summary>The value of a field; null when it was not written, or written as null.</summary>
    /// <exception cref="InvalidOperationException">The rule at work did not declare that it reads the field.</exception>
    public JsonNode? Find(string field)
    {
        if (_rule is { } rule && !rule.Inputs.Contains(field) && !rule.Outputs.Contains(field))
            throw new InvalidOperationException($"Rule {rule.Name} reads {field} without having declared it");

        if (_fields.GetValueOrDefault(field) is not { } value)
            return null;

        Used.Add(field);
        return value;
    }

    /// <summary>The text of a field; null when it has none.</summary>
    public string? FindText(string field) => Find(field) is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public long? FindInteger(string field) => Find(field) is JsonValue value && value.TryGetValue(out long number) ? number : null;

    /// <summary>
    /// Those of the fields that have a value, each as a copy that never changes; it is made once for all who ask.
    /// </summary>
    /// <exception cref="InvalidOperationException">The rule at work did not declare that it reads one.</exception>
    public Dictionary<string, JsonElement> FindElements(IReadOnlyList<string> fields)
    {
        var found = new Dictionary<string, JsonElement>(fields.Count);
        foreach (var field in fields)
        {
            if (Find(field) is not { } value)
                continue;
            if (!_elements.TryGetValue(field, out var element))
                _elements.Add(field, element = JsonSerializer.SerializeToElement(value));
            found.Add(field, element);
        }

        return found;
    }

    /// <summary>Writes an object that is at hand as it came, to be copied for nobody.</summary>
    public void Set(string field, JsonElement value)
    {
        Set(field, JsonObject.Create(value));
        _elements[field] = value;
    }

    /// <summary>Writes a field; null is written as such.</summary>
    /// <exception cref="InvalidOperationException">The rule at work did not declare that it writes the field.</exception>
    public void Set(string field, JsonNode? value)
    {
        if (_rule is { } rule && !rule.Outputs.Contains(declared.Find(field)?.Name ?? field))
            throw new InvalidOperationException($"Rule {rule.Name} writes {field} without having declared it");

        _fields[field] = value;
        _elements.Remove(field);
        Written.Add(field);
    }

    public void Note(string text)
    {
        if (_notes.Count < MaxNotes)
            _notes.Add(text.Length <= MaxNote ? text : $"{text.AsSpan(0, MaxNote)}…");
        else if (_notes.Count == MaxNotes)
            _notes.Add("more notes are left out");
    }

    /// <summary>Holds what follows to a rule's declarations; null for the pipeline itself.</summary>
    internal void BeginRule(Rule? rule)
    {
        _rule = rule;
        Used.Clear();
        Written.Clear();
    }

    internal byte[] ToUtf8()
    {
        using var output = new MemoryStream();
        using (var writer = new Utf8JsonWriter(output, JsonText.Compact))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in _fields)
            {
                writer.WritePropertyName(name);
                if (value is null)
                    writer.WriteNullValue();
                else
                    value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return output.ToArray();
    }
}
