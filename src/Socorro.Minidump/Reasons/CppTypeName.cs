namespace Socorro.Minidumps.Reasons;

/// <summary>Reads the decorated names of Visual C++ type descriptors, as far as thrown types need it.</summary>
static class CppTypeName
{
    /// <summary>".?AVbad_alloc@std@@" is std::bad_alloc; templates and the like stay as they are.</summary>
    public static string Read(string decorated)
    {
        if (!decorated.StartsWith('.'))
            return decorated;

        return Simple(decorated[1..]) ?? Class(decorated) ?? decorated;
    }

    static string? Simple(string type) => type switch
    {
        "C" => "signed char",
        "D" => "char",
        "E" => "unsigned char",
        "F" => "short",
        "G" => "unsigned short",
        "H" => "int",
        "I" => "unsigned int",
        "J" => "long",
        "K" => "unsigned long",
        "M" => "float",
        "N" => "double",
        "_J" => "__int64",
        "_K" => "unsigned __int64",
        "_N" => "bool",
        "_W" => "wchar_t",
        "PAD" or "PEAD" => "char *",
        "PBD" or "PEBD" => "const char *",
        "PA_W" or "PEA_W" => "wchar_t *",
        "PB_W" or "PEB_W" => "const wchar_t *",
        _ => null,
    };

    // The kind (V class, U struct, T union, W4 enum), then the names from the inside out, each followed by @.
    static string? Class(string decorated)
    {
        var isClass = decorated.StartsWith(".?AV", StringComparison.Ordinal)
            || decorated.StartsWith(".?AU", StringComparison.Ordinal)
            || decorated.StartsWith(".?AT", StringComparison.Ordinal);
        var start = isClass ? 4 : decorated.StartsWith(".?AW4", StringComparison.Ordinal) ? 5 : 0;
        if (start == 0 || !decorated.EndsWith("@@", StringComparison.Ordinal))
            return null;

        var names = decorated[start..^2];
        return names.Contains('?', StringComparison.Ordinal) || names.Length == 0
            ? null
            : string.Join("::", names.Split('@').Reverse());
    }
}
