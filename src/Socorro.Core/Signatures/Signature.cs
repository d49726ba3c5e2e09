namespace Socorro.Signatures;

/// <summary>The text by which a crash is grouped with its like, and how it came to be.</summary>
public sealed record Signature
{
    /// <summary>Printable ASCII, at most 255 characters.</summary>
    public required string Text { get; init; }

    /// <summary>What was odd or lost on the way, each with the name of the rule that says so.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>All frames looked at, joined; null for a crash without frames.</summary>
    public string? ProtoSignature { get; init; }

    /// <summary>The frames looked at, innermost first, as signatures spell them.</summary>
    public IReadOnlyList<string> NormalizedFrames { get; init; } = [];

    /// <summary>
    /// 16 hex digits made from the program's own frames alone, equal for crashes that differ only in listed frames; null when
    /// no frame is the program's own.
    /// </summary>
    public string? StackHash { get; init; }

    /// <summary>Which lists were used, see <see cref="Lists.SignatureLists.FullVersion"/>.</summary>
    public required string ListsVersion { get; init; }

    /// <summary>Each decision in order, when that was asked for.</summary>
    public IReadOnlyList<string> Debug { get; init; } = [];
}
