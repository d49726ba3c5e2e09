using Socorro.Signatures.Lists;

namespace Socorro.Signatures.Frames;

/// <summary>Spells a frame as signatures do: without what differs between builds, machines and callers.</summary>
sealed class FrameNormalizer(PatternList lineNumbers, SignatureMode mode)
{
    const int CacheCapacity = 16_384;

    /// <summary>Longer functions are not remembered, so that nobody fills the memory with them.</summary>
    const int MaxCachedLength = 512;

    readonly BoundedCache<(string Function, FrameLanguage Language), CachedName> _names = new(CacheCapacity);

    readonly bool _isCompatible = mode == SignatureMode.Compatible;

    /// <summary>The text of a frame; empty when nothing is known of it.</summary>
    public string Normalize(in FrameEntry entry)
    {
        if (entry.Function is { Length: > 0 } function)
            return Normalize(function, entry.Line, FrameLanguages.Of(entry.File));

        if (entry.File is { Length: > 0 } file && entry.Line is { Length: > 0 } line and not "0")
            return $"{FileName(file)}#{line}";

        if (entry.Module is { Length: > 0 } module && module.Trim('[', ']') is var name && (name.Length > 0 || _isCompatible))
            return name;

        if (entry.UnloadedModules is [var unloaded, ..] && (unloaded is not null || _isCompatible))
            return $"(unloaded {unloaded ?? "None"})";

        return entry.Offset is { Length: > 0 } offset ? $"@{PythonText.WithoutLeadingZeros(offset)}" : "";
    }

    /// <summary>The text of a function of that language, with the line when the lists ask for it.</summary>
    public string Normalize(string function, string? line, FrameLanguage language)
    {
        var cached = function.Length <= MaxCachedLength
            ? _names.GetOrAdd((function, language), MakeName)
            : MakeName((function, language));
        return cached.NeedsLine ? FrameLanguages.Finish(WithLine(cached.Name, line), language) : cached.Name;
    }

    CachedName MakeName((string Function, FrameLanguage Language) key)
    {
        var name = FrameLanguages.Shorten(key.Function, key.Language);
        return lineNumbers.Matches(name) ? new(name, true) : new(FrameLanguages.Finish(name, key.Language), false);
    }

    string WithLine(string name, string? line) => line is not null ? $"{name}:{line}" : _isCompatible ? $"{name}:None" : name;

    string FileName(string file) => SourceFile.LastPart(
        !_isCompatible && SourceFile.TryFindPath(file, out var path) ? path.ToString() : file);

    /// <summary>A name before its line is appended and it is finished, or finished when it takes no line.</summary>
    readonly record struct CachedName(string Name, bool NeedsLine);
}
