namespace Socorro.Signatures.Frames;

/// <summary>The language whose rules spell a function.</summary>
enum FrameLanguage
{
    /// <summary>The file does not tell; the function's shape may.</summary>
    Unknown,
    Cpp,
    ObjectiveC,
    Rust,
    Swift,
    Go,
    DotNet,
    JavaScript,
}

/// <summary>Tells languages apart and finds the rules of each. Compatible signatures know Rust, and C++ for all the rest.</summary>
static class FrameLanguages
{
    /// <summary>What the source file says.</summary>
    public static FrameLanguage Of(string? file, SignatureMode mode)
    {
        if (mode == SignatureMode.Compatible)
        {
            return file is not null && SourceFile.TryFindPath(file, out var found) && found.EndsWith(".rs")
                ? FrameLanguage.Rust
                : FrameLanguage.Cpp;
        }

        var path = SourceFile.TryFindPath(file, out var known) ? known : file;
        return path.LastIndexOf('.') is >= 0 and var dot
            ? path[(dot + 1)..] switch
            {
                "rs" => FrameLanguage.Rust,
                "swift" => FrameLanguage.Swift,
                "go" => FrameLanguage.Go,
                "cs" or "fs" or "vb" => FrameLanguage.DotNet,
                "js" or "mjs" or "cjs" or "jsx" or "ts" or "tsx" => FrameLanguage.JavaScript,
                "m" or "mm" or "c" or "h" or "cc" or "cpp" or "cxx" or "c++" or "hh" or "hpp" or "hxx" or "inl" =>
                    FrameLanguage.Cpp,
                _ => FrameLanguage.Unknown,
            }
            : FrameLanguage.Unknown;
    }

    /// <summary>What the function's shape says, where the file said nothing.</summary>
    public static FrameLanguage Refine(FrameLanguage language, string function) => language switch
    {
        FrameLanguage.Cpp or FrameLanguage.Unknown when ObjectiveCNames.Fits(function) => FrameLanguage.ObjectiveC,
        not FrameLanguage.Unknown => language,
        _ when SwiftNames.Fits(function) => FrameLanguage.Swift,
        _ when DotNetNames.Fits(function) => FrameLanguage.DotNet,
        _ when JavaScriptNames.Fits(function) => FrameLanguage.JavaScript,
        _ when GoNames.Fits(function) => FrameLanguage.Go,
        _ => FrameLanguage.Cpp,
    };

    /// <summary>The function without what differs between builds and callers.</summary>
    public static string Shorten(string function, FrameLanguage language) => language switch
    {
        FrameLanguage.Rust => RustNames.Shorten(function),
        FrameLanguage.ObjectiveC => ObjectiveCNames.Shorten(function),
        FrameLanguage.Swift => SwiftNames.Shorten(function),
        FrameLanguage.Go => GoNames.Shorten(function),
        FrameLanguage.DotNet => DotNetNames.Shorten(function),
        FrameLanguage.JavaScript => JavaScriptNames.Shorten(function),
        _ => CppNames.Shorten(function),
    };
}
