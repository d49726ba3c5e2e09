using System.Text.Json;

namespace Socorro.Web.Pages.Report;

/// <summary>
/// What a frame is called: the best that is known of function, source line, module with offset, unloaded module with
/// offset, bare address.
/// </summary>
static class FrameLabel
{
    public static string Of(JsonElement frame)
    {
        if (frame.Text("function") is { Length: > 0 } function)
            return function;
        if (frame.Text("file") is { Length: > 0 } file && frame.Text("line") is { Length: > 0 } line)
            return $"{file}#{line}";
        if (frame.Text("module") is { Length: > 0 } module)
            return $"{module}@{Shorten(frame.Text("module_offset"))}";

        var unloaded = frame.Entries("unloaded_modules").FirstOrDefault();
        if (unloaded.Text("module") is { Length: > 0 } name)
            return $"(unloaded {name}@{Shorten(unloaded.Entries("offsets").FirstOrDefault().AsText())})";

        return $"@{Shorten(frame.Text("offset"))}";
    }

    /// <summary>Without the zeros that pad an address to its width.</summary>
    static string Shorten(string hex)
    {
        if (!hex.StartsWith("0x", StringComparison.Ordinal))
            return hex;

        var digits = hex.AsSpan(2).TrimStart('0');
        return digits.IsEmpty ? "0x0" : $"0x{digits}";
    }
}
