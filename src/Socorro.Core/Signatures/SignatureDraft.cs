namespace Socorro.Signatures;

/// <summary>
/// The signature while the rules work on it. Its text is what came from the stack, between what rules put before and after it.
/// </summary>
sealed class SignatureDraft(SignatureMode mode, List<string>? debug = null)
{
    readonly List<string> _notes = [];

    public SignatureMode Mode { get; } = mode;

    public bool IsCompatible { get; } = mode == SignatureMode.Compatible;

    public string Before { get; private set; } = "";

    /// <summary>What came from the stack, until a rule knows better.</summary>
    public string Core { get; private set; } = "";

    /// <summary>What came from the stack, whatever rules have made of it since.</summary>
    public string Stack { get; private set; } = "";

    public string After { get; private set; } = "";

    public string Text => $"{Before}{Core}{After}";

    public IReadOnlyList<string> Notes => _notes;

    public string? ProtoSignature { get; set; }

    public IReadOnlyList<string> NormalizedFrames { get; set; } = [];

    public string? StackHash { get; set; }

    /// <summary>Decisions in order; null when nobody wants to know.</summary>
    public List<string>? Debug { get; } = debug;

    public void Prepend(string rule, string text)
    {
        var old = Text;
        Before = text + Before;
        LogChange(rule, old);
    }

    public void Append(string rule, string text)
    {
        var old = Text;
        After += text;
        LogChange(rule, old);
    }

    /// <summary>Begins with what came from the stack.</summary>
    public void Start(string rule, string stack)
    {
        Stack = stack;
        Replace(rule, stack);
    }

    /// <summary>Replaces what came from the stack and keeps what other rules have said.</summary>
    public void ReplaceCore(string rule, string text)
    {
        var old = Text;
        Core = text;
        LogChange(rule, old);
    }

    /// <summary>Replaces everything.</summary>
    public void Replace(string rule, string text)
    {
        var old = Text;
        (Before, Core, After) = ("", text, "");
        LogChange(rule, old);
    }

    public void Note(string rule, string note) => _notes.Add($"{rule}: {note}");

    void LogChange(string rule, string old) => Debug?.Add($"{rule}: change signature: \"{old}\" -> \"{Text}\"");
}
