using System.Collections.Frozen;
using System.Text;

namespace Socorro.Minidumps.Unwinding;

/// <summary>A function that threads begin in, or that is called by nothing but such functions.</summary>
/// <param name="Callers">The only functions that call it; none when nothing does, "*" for one of whatever name.</param>
/// <param name="IsLibraryOnly">The name counts in the systems' own libraries only.</param>
sealed record Bottom(string[] Callers, bool IsLibraryOnly)
{
    public bool HasCaller => Callers.Length > 0;

    /// <summary>Whether a caller that was found can be true; it is the last frame then.</summary>
    /// <param name="isEntry">Whether it is where the program was entered.</param>
    public bool MayBeCalledBy(CodeLocation caller, FrameTrust trust, bool isEntry) => Callers is ["*"]
        ? isEntry || caller.Module >= 0 && trust is not (FrameTrust.Scan or FrameTrust.CfiScan)
        : Callers.Contains(StackBottoms.Simplify(caller.Function ?? "").ToString());
}

/// <summary>Knows the functions that threads begin in (bottoms.txt), so that no frame is made up beyond them.</summary>
sealed class StackBottoms
{
    const int LongestName = 64;

    readonly FrozenDictionary<string, Bottom>.AlternateLookup<ReadOnlySpan<char>> _names;
    readonly (string Prefix, Bottom Bottom)[] _prefixes;
    readonly string[] _libraries;

    StackBottoms(Dictionary<string, Bottom> names, (string, Bottom)[] prefixes, string[] libraries)
    {
        _names = names.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        _prefixes = prefixes;
        _libraries = libraries;
    }

    public static StackBottoms Default { get; } = Load();

    public Bottom? Find(ReadOnlySpan<byte> function, string module)
    {
        if (function.Length > LongestName)
            return null;

        Span<char> buffer = stackalloc char[LongestName];
        var name = Simplify(buffer[..Encoding.UTF8.GetChars(function, buffer)]);
        if (!_names.TryGetValue(name, out var bottom))
            bottom = FindByPrefix(name);
        return bottom is { IsLibraryOnly: true } && !IsLibrary(module) ? null : bottom;
    }

    /// <summary>A name without glibc's mark of its own uses, and without a symbol version.</summary>
    public static ReadOnlySpan<char> Simplify(ReadOnlySpan<char> name)
    {
        if (name.StartsWith("__GI_"))
            name = name[5..];
        return name.IndexOf('@') is > 0 and var version ? name[..version] : name;
    }

    Bottom? FindByPrefix(ReadOnlySpan<char> name)
    {
        foreach (var (prefix, bottom) in _prefixes)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                return bottom;
        }

        return null;
    }

    bool IsLibrary(string module) =>
        Array.Exists(_libraries, prefix => module.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    static StackBottoms Load()
    {
        using var stream = typeof(StackBottoms).Assembly.GetManifestResourceStream(typeof(StackBottoms), "bottoms.txt")
            ?? throw new InvalidOperationException("bottoms.txt is not embedded");
        using var reader = new StreamReader(stream);
        var names = new Dictionary<string, Bottom>();
        var prefixes = new List<(string, Bottom)>();
        string[] libraries = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("libraries:", StringComparison.Ordinal))
                libraries = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
            else if (line.Length > 0 && line[0] != '#')
                Add(line, names, prefixes);
        }

        return new(names, [.. prefixes], libraries);
    }

    static void Add(string line, Dictionary<string, Bottom> names, List<(string, Bottom)> prefixes)
    {
        var isLibraryOnly = line.StartsWith("lib:", StringComparison.Ordinal);
        var words = (isLibraryOnly ? line[4..] : line).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var bottom = new Bottom(words.Length > 1 ? words[2..] : [], isLibraryOnly);
        if (words[0].EndsWith('*'))
            prefixes.Add((words[0][..^1], bottom));
        else
            names.Add(words[0], bottom);
    }
}
