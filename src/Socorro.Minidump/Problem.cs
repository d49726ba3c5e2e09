namespace Socorro.Minidumps;

/// <summary>Something wrong in the input that the reader could live with: where, and what.</summary>
/// <param name="Where">The stream, record or file concerned, such as "ModuleList" or "libc.so.6.sym:1207".</param>
/// <param name="What">A sentence's rest, such as "claims 70000 modules; the first 65536 were read".</param>
public readonly record struct Problem(string Where, string What)
{
    /// <summary>The sentence.</summary>
    public override string ToString() => $"{Where} {What}";

    // Hostile text goes into a problem only in part.
    internal static string Quote(string text) => text.Length <= 60 ? text : $"{text.AsSpan(0, 60)}…";
}
