using Socorro.Storage;

namespace Socorro.Collecting;

/// <summary>
/// What one request brought, as far as it was read. Names sent more than once keep their last value. Holds pooled memory
/// until it is disposed.
/// </summary>
sealed class Submission(SubmissionLimits limits, MemoryBudget memory) : IDisposable
{
    readonly Dictionary<string, SubmittedDump> _dumps = [];
    readonly List<string> _notes = [];
    long _memoryHeld;

    public Dictionary<string, string> Annotations { get; } = [];

    public IReadOnlyCollection<SubmittedDump> Dumps => _dumps.Values;

    public IReadOnlyList<string> Notes => _notes;

    /// <summary>The bytes of attachments that annotations are made from, by the name of their part.</summary>
    public Dictionary<string, byte[]> SentryParts { get; } = [];

    /// <summary>Whether annotations came as JSON, and not only as parts of their own.</summary>
    public bool HasJson { get; set; }

    public bool IsCompressed { get; set; }

    /// <summary>The throttle rule that decided; empty as long as none did.</summary>
    public string Rule { get; set; } = "";

    /// <summary>Bytes of the body as received.</summary>
    public long ReceivedBytes { get; set; }

    public void Annotate(string name, string text)
    {
        if (name.Length == 0)
        {
            Note("dropped an annotation without a name");
        }
        else if (!Annotations.TryAdd(name, text))
        {
            Annotations[name] = text;
            Note($"kept the last of several values of {Excerpt(name)}");
        }
    }

    /// <summary>Begins a dump under the name of its part; the caller fills and finishes it.</summary>
    public SubmittedDump AddDump(string partName, string fileName)
    {
        if (_dumps.Remove(partName, out var earlier))
        {
            earlier.Content.Dispose();
            Note($"kept the last of several dumps named {Excerpt(partName)}");
        }

        var dump = new SubmittedDump(DumpNames.MakeUnique(partName, _dumps.Values.Select(other => other.Name)), fileName, new());
        _dumps.Add(partName, dump);
        return dump;
    }

    public void Note(string note)
    {
        if (_notes.Count < limits.MaxNotes)
            _notes.Add(note);
        else if (_notes.Count == limits.MaxNotes)
            _notes.Add("dropped further notes");
    }

    /// <summary>Claims memory for as long as this lives; false when all submissions together hold too much.</summary>
    public bool TryHold(long bytes)
    {
        if (!memory.TryTake(bytes))
            return false;

        _memoryHeld += bytes;
        return true;
    }

    public void Dispose()
    {
        foreach (var dump in _dumps.Values)
            dump.Content.Dispose();

        memory.GiveBack(_memoryHeld);
        _memoryHeld = 0;
    }

    /// <summary>Enough of a client's text to know it by in a note.</summary>
    public static string Excerpt(string text)
    {
        const int MaxLength = 100;
        if (text.Length <= MaxLength)
            return text;

        // Half a surrogate pair is not text.
        var length = char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength;
        return $"{text.AsSpan(0, length)}…";
    }
}

/// <summary>One binary part on its way to the store.</summary>
/// <param name="Name">Safe to store under; unique in its submission.</param>
/// <param name="FileName">As the client gave it; empty when it gave none.</param>
/// <param name="Content">The bytes.</param>
sealed record SubmittedDump(string Name, string FileName, DumpCompressor Content);
