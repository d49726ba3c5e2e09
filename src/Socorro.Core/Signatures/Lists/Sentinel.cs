using System.Text.Json;

namespace Socorro.Signatures.Lists;

/// <summary>
/// A frame at which a signature starts, whatever is above it; with a witness, only when that frame is somewhere in the stack.
/// Both are literal texts.
/// </summary>
public readonly record struct Sentinel(string Frame, string? Witness = null)
{
    /// <summary>
    /// Reads a line of the list: a frame, or a JSON object <c>{"frame": "…", "only_if_stack_contains": "…"}</c>.
    /// </summary>
    /// <exception cref="FormatException">The line looks like an object and is not such a one.</exception>
    public static Sentinel Parse(string line)
    {
        if (!line.StartsWith("{\"", StringComparison.Ordinal))
            return new(line);

        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.TextOf("frame") is { } frame
                ? new(frame, document.RootElement.TextOf("only_if_stack_contains"))
                : throw new FormatException("the object has no \"frame\"");
        }
        catch (JsonException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    public override string ToString() => Witness is null
        ? Frame
        : $"{{\"frame\": {JsonSerializer.Serialize(Frame)}, \"only_if_stack_contains\": {JsonSerializer.Serialize(Witness)}}}";
}
