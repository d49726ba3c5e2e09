namespace Socorro.Signatures.Frames;

/// <summary>The language whose rules spell a function.</summary>
enum FrameLanguage
{
    Cpp,
    Rust,
}

/// <summary>Tells the languages apart, and finds the rules for each.</summary>
static class FrameLanguages
{
    public static FrameLanguage Of(string? file) =>
        file is not null && IsRust(file) ? FrameLanguage.Rust : FrameLanguage.Cpp;

    /// <summary>The function without what its language adds to the name; the line numbers list is asked about the result.</summary>
    public static string Shorten(string function, FrameLanguage language) => language switch
    {
        FrameLanguage.Rust => CompatibleNames.Rust(function),
        _ => CompatibleNames.Cpp(function),
    };

    /// <summary>The last touches, after a line may have been appended.</summary>
    public static string Finish(string name, FrameLanguage language) => language switch
    {
        FrameLanguage.Rust => CompatibleNames.FinishRust(name),
        _ => CompatibleNames.FinishCpp(name),
    };

    static bool IsRust(string file) => SourceFile.TryFindPath(file, out var path) && path.EndsWith(".rs");
}
