using System.Text.RegularExpressions;
using Socorro.Signatures.Lists;

namespace Socorro.Signatures.Frames;

/// <summary>Spells a frame as signatures do: without what differs between builds, machines and callers.</summary>
sealed partial class FrameNormalizer(PatternList lineNumbers, SignatureMode mode)
{
    const int CacheCapacity = 16_384;

    /// <summary>Longer functions are not remembered, so that nobody fills the memory with them.</summary>
    const int MaxCachedLength = 512;

    /// <summary>What no name needs that people wrote; it bounds the work on one that they did not.</summary>
    const int MaxLength = 16_384;

    readonly BoundedCache<(string Function, FrameLanguage Language), CachedName> _names = new(CacheCapacity);

    readonly bool _isCompatible = mode == SignatureMode.Compatible;

    /// <summary>The text of a frame; empty when nothing is known of it.</summary>
    public string Normalize(in FrameEntry entry)
    {
        if (entry.Function is { Length: > 0 } function)
            return Normalize(function, entry.Line, FrameLanguages.Of(entry.File, mode));

        if (entry.File is { Length: > 0 } file && entry.Line is { Length: > 0 } line and not "0"
            && FileName(file) is var fileName && (fileName.Length > 0 || _isCompatible))
        {
            return $"{fileName}#{line}";
        }

        if (entry.Module is { Length: > 0 } module && module.Trim('[', ']') is var name && (name.Length > 0 || _isCompatible))
            return name;

        if (entry.UnloadedModules is [var unloaded, ..] && (unloaded is { Length: > 0 } || _isCompatible))
            return $"(unloaded {unloaded ?? "None"})";

        return entry.Offset is { Length: > 0 } offset ? $"@{PythonText.WithoutLeadingZeros(offset)}" : "";
    }

    /// <summary>The text of a function of that language, with the line when the lists ask for it.</summary>
    public string Normalize(string function, string? line, FrameLanguage language)
    {
        var cached = function.Length <= MaxCachedLength
            ? _names.GetOrAdd((function, language), MakeName)
            : MakeName((function, language));
        return cached.NeedsLine ? WithLine(cached.Name, line, language) : cached.Name;
    }

    CachedName MakeName((string Function, FrameLanguage Language) key)
    {
        var name = _isCompatible ? CompatibleNames.Shorten(key.Function, key.Language) : Shorten(key.Function, key.Language);
        return lineNumbers.Matches(name) ? new(name, true) : new(Finish(name, key.Language), false);
    }

    string WithLine(string name, string? line, FrameLanguage language) => line is null && !_isCompatible
        ? Finish(name, language)
        : Finish($"{name}:{line ?? "None"}", language);

    string Finish(string name, FrameLanguage language) =>
        _isCompatible ? CompatibleNames.Finish(name, language) : FixBlanks(name);

    static string Shorten(string function, FrameLanguage language)
    {
        var declaration = function.Length <= MaxLength ? function : function[..MaxLength];
        var name = FrameLanguages.Shorten(declaration, FrameLanguages.Refine(language, declaration));
        return name.Length > 0 ? name : PythonText.Trim(declaration);
    }

    static string FixBlanks(string name) => name.AsSpan().IndexOfAny(' ', ',') < 0
        ? name
        : BareComma().Replace(BlankBefore().Replace(name, ""), ", ");

    string FileName(string file) => SourceFile.LastPart(
        !_isCompatible && SourceFile.TryFindPath(file, out var path) ? path.ToString() : file);

    [GeneratedRegex(" +(?=[*&,])")]
    private static partial Regex BlankBefore();

    [GeneratedRegex(@",(?![ )\]>]|$)")]
    private static partial Regex BareComma();

    /// <summary>A name before its line is appended and it is finished, or finished when it takes no line.</summary>
    readonly record struct CachedName(string Name, bool NeedsLine);
}
