using System.Text;

namespace Socorro.Minidumps.Streams;

/// <summary>The annotations that one module made.</summary>
/// <param name="ModuleIndex">Place of the module in the dump's list.</param>
public sealed record CrashpadModule(
    uint ModuleIndex,
    uint Version,
    IReadOnlyList<string> ListAnnotations,
    IReadOnlyList<KeyValuePair<string, string>> SimpleAnnotations,
    IReadOnlyList<CrashpadAnnotation> Objects);

/// <summary>An annotation object: a name and bytes of a declared type.</summary>
/// <param name="Type">0 invalid, 1 text, from 0x8000 on the application's own.</param>
public sealed record CrashpadAnnotation(string Name, ushort Type, ReadOnlyMemory<byte> Value)
{
    /// <summary>The type of an annotation that the program has not set; it need not have a value.</summary>
    internal const ushort Unset = 0;

    /// <summary>The value of a text annotation; null for others.</summary>
    public string? Text => Type == 1 ? Encoding.UTF8.GetString(Value.Span) : null;
}
