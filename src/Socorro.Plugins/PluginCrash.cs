using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Socorro.Plugins;

/// <summary>
/// One crash as one rule sees it: what the client sent, what the stack walker found, and the fields that the rule said it reads.
/// A test makes one itself, calls <see cref="PluginRule.Act"/>, and looks at what was written.
/// </summary>
/// <param name="rule">The rule that will see it, and is held to what it declared.</param>
public sealed class PluginCrash(PluginRule rule)
{
    readonly Dictionary<string, JsonNode?> _written = [];
    readonly HashSet<string> _used = [];
    readonly List<string> _notes = [];

    /// <summary>The crash id.</summary>
    public string Id { get; init; } = "";

    /// <summary>When the collector accepted it (UTC).</summary>
    public DateTimeOffset SubmittedAt { get; init; }

    /// <summary>What the client said, by its names; see also <see cref="FindAnnotation"/>.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>
    /// The stack walker's report of the main dump, as <c>socorro stackwalk --json</c> prints it; undefined when there is none.
    /// </summary>
    public JsonElement Report
    {
        get
        {
            if (field.ValueKind != JsonValueKind.Undefined)
                _used.Add("report");
            return field;
        }
        init;
    }

    /// <summary>The values of fields that were written before.</summary>
    public IReadOnlyDictionary<string, JsonElement> Fields { get; init; } = FrozenDictionary<string, JsonElement>.Empty;

    /// <summary>The binary parts that the rule asked for and the client sent.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Attachments { get; init; } =
        FrozenDictionary<string, ReadOnlyMemory<byte>>.Empty;

    /// <summary>Cancelled when the rule's time is up: nothing that it does later counts.</summary>
    public CancellationToken Cancel { get; init; }

    /// <summary>What was written, by field.</summary>
    public IReadOnlyDictionary<string, JsonNode?> Written => _written;

    public IReadOnlyList<string> Notes => _notes;

    /// <summary>The annotations, fields and attachments that were found, and <c>report</c> when that was looked at.</summary>
    public IReadOnlyCollection<string> Used => _used;

    /// <summary>What the client said under that name; null when it said nothing.</summary>
    public string? FindAnnotation(string name)
    {
        if (!Annotations.TryGetValue(name, out var text))
            return null;

        _used.Add(name);
        return text;
    }

    /// <summary>The value of a field; undefined when it has none.</summary>
    /// <exception cref="InvalidOperationException">The rule did not declare that it reads the field.</exception>
    public JsonElement Find(string field)
    {
        if (!rule.Inputs.Contains(field))
            throw new InvalidOperationException($"Rule {rule.Name} reads {field} without having declared it");
        if (!Fields.TryGetValue(field, out var value))
            return default;

        _used.Add(field);
        return value;
    }

    /// <summary>The text of a field; null when it has none.</summary>
    public string? FindText(string field) =>
        Find(field) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>The whole number of a field; null when it has none.</summary>
    public long? FindInteger(string field) =>
        Find(field) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

    /// <summary>The bytes of a binary part; null when the client did not send it.</summary>
    /// <exception cref="InvalidOperationException">The rule did not declare that it reads the part.</exception>
    public ReadOnlyMemory<byte>? FindAttachment(string name)
    {
        if (!rule.Attachments.Contains(name))
            throw new InvalidOperationException($"Rule {rule.Name} reads the attachment {name} without having declared it");
        if (!Attachments.TryGetValue(name, out var bytes))
            return null;

        _used.Add(name);
        return bytes;
    }

    /// <summary>Writes a field; the value must be of the field's declared type, or null.</summary>
    /// <exception cref="InvalidOperationException">The rule did not declare that it writes the field.</exception>
    public void Set(string field, JsonNode? value)
    {
        if (!rule.Outputs.Contains(field))
            throw new InvalidOperationException($"Rule {rule.Name} writes {field} without having declared it");

        _written[field] = value;
    }

    /// <summary>Leaves a line on the crash that everyone may read: it must not quote what is protected.</summary>
    public void Note(string text) => _notes.Add(text);
}
