namespace Socorro.Signatures.Frames;

/// <summary>A frame, or a call inlined into one, as far as its name depends on it.</summary>
readonly record struct FrameEntry
{
    public string? Module { get; init; }

    public string? Function { get; init; }

    public string? File { get; init; }

    public string? Line { get; init; }

    public string? Offset { get; init; }

    public IReadOnlyList<string?> UnloadedModules { get; init; }

    /// <summary>The entries of a stack: the calls inlined into a frame come before it and share its module and address.</summary>
    public static IEnumerable<FrameEntry> Of(StackThread thread, bool lowerCaseModules)
    {
        foreach (var frame in thread.Frames)
        {
            var module = lowerCaseModules ? frame.Module?.ToLowerInvariant() : frame.Module;
            foreach (var call in frame.Inlines)
                yield return Create(module, call.Function, call.File, call.Line, frame.Offset, []);

            yield return Create(module, frame.Function, frame.File, frame.Line, frame.Offset, frame.UnloadedModules);
        }
    }

    static FrameEntry Create(
        string? module, string? function, string? file, string? line, string? offset, IReadOnlyList<string?> unloaded) =>
        new()
        {
            Module = module,
            Function = SourceFile.WithRustModule(function, file),
            File = file,
            Line = line,
            Offset = offset,
            UnloadedModules = unloaded,
        };
}
