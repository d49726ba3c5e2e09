namespace Socorro.Signatures.Lists;

/// <summary>A wrong entry of a list.</summary>
/// <param name="File">The file as the user knows it.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="Text">What is wrong.</param>
public sealed record ListProblem(string File, int Line, string Text)
{
    public override string ToString() => $"{File}:{Line}: {Text}";
}

/// <summary>Lists cannot be used; the message has a line for each wrong entry.</summary>
public sealed class SignatureListException(IReadOnlyList<ListProblem> problems) : Exception(string.Join('\n', problems))
{
    public IReadOnlyList<ListProblem> Problems { get; } = problems;
}
