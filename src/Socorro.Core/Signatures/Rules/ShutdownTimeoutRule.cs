using System.Text.Json;

namespace Socorro.Signatures.Rules;

/// <summary>The program gave up waiting for parts of itself to shut down: their names say more than the stack.</summary>
sealed class ShutdownTimeoutRule() : SignatureRule("SignatureShutdownTimeout")
{
    public override bool Applies(CrashData crash, SignatureDraft draft) => crash.AsyncShutdownTimeout is { Length: > 0 };

    public override void Apply(CrashData crash, SignatureDraft draft)
    {
        var signature = Describe(crash.AsyncShutdownTimeout!, draft);
        draft.Note(Name, $"Signature replaced with a Shutdown Timeout signature, was: \"{draft.Text}\"");
        draft.Replace(Name, $"AsyncShutdownTimeout | {signature}");
    }

    string Describe(string timeout, SignatureDraft draft)
    {
        try
        {
            using var document = JsonDocument.Parse(timeout);
            return Describe(document.RootElement, draft);
        }
        catch (JsonException e)
        {
            NoteError(draft, draft.IsCompatible ? JsonComplaint.Of(timeout) : e.Message);
            return "UNKNOWN";
        }
    }

    string Describe(JsonElement timeout, SignatureDraft draft)
    {
        if (timeout.ValueKind != JsonValueKind.Object)
        {
            if (draft.IsCompatible)
                throw new InvalidOperationException($"'{timeout.PythonType()}' object has no attribute 'get'");

            NoteError(draft, "not an object");
            return "UNKNOWN";
        }

        var phase = timeout.Member("phase") is { ValueKind: JsonValueKind.String } text ? text.Text() : "(unknown)";
        var names = new List<string>();
        foreach (var name in NamesOf(timeout.Member("conditions"), draft.IsCompatible))
        {
            if (name is null)
            {
                NoteError(draft, "'name'");
                return $"{phase} | UNKNOWN";
            }

            names.Add(name);
        }

        names.Sort(string.CompareOrdinal);
        return $"{phase} | {(names.Count > 0 ? string.Join(',', names) : "(none)")}";
    }

    /// <summary>One condition may stand for a list of them; Socorro takes its letters, or what its members are called.</summary>
    static IEnumerable<string?> NamesOf(JsonElement conditions, bool isCompatible) => conditions.ValueKind switch
    {
        JsonValueKind.Array => conditions.EnumerateArray().Select(condition => NameOf(condition, isCompatible)),
        JsonValueKind.String when isCompatible => conditions.Text()!.EnumerateRunes().Select(letter => letter.ToString()),
        JsonValueKind.Object when isCompatible => conditions.EnumerateObject().Select(member => member.Name),
        JsonValueKind.String or JsonValueKind.Object when conditions.IsTruthy() => [NameOf(conditions, isCompatible)],
        _ => [],
    };

    /// <summary>A condition is its name, or an object that has one. Null when Socorro would give up on it.</summary>
    static string? NameOf(JsonElement condition, bool isCompatible)
    {
        if (condition.ValueKind != JsonValueKind.Object)
            return condition.Text() ?? (condition.ValueKind == JsonValueKind.Null ? "None" : condition.GetRawText());

        if (condition.Member("name") is { ValueKind: not JsonValueKind.Undefined } name)
            return name.Text() ?? name.GetRawText();

        return !isCompatible ? "(unnamed)" : condition.TryGetProperty("name", out _) ? "None" : null;
    }

    void NoteError(SignatureDraft draft, string error) => draft.Note(Name, $"Error parsing AsyncShutdownTimeout: {error}");
}
