using System.Collections.Frozen;
using System.Text;

namespace Socorro.Minidumps.Unwinding;

/// <summary>Knows the functions that threads begin in (bottoms.txt), so that no frame is made up beyond them.</summary>
sealed class StackBottoms
{
    readonly FrozenDictionary<string, Bottom> _names;
    readonly FrozenDictionary<string, Bottom>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    readonly (string Prefix, Bottom Bottom)[] _prefixes;
    readonly string[] _libraries;

    StackBottoms(Dictionary<string, Bottom> names, (string, Bottom)[] prefixes, string[] libraries)
    {
        _names = names.ToFrozenDictionary(StringComparer.Ordinal);
        _lookup = _names.GetAlternateLookup<ReadOnlySpan<char>>();
        _prefixes = prefixes;
        _libraries = libraries;
    }

    public static StackBottoms Default { get; } = Load();

    /// <summary>Whether no caller may be looked for above a frame.</summary>
    public bool IsBottom(CodeMap code, CodeLocation location) =>
        Find(code, location) is { Callers: [] };

    /// <summary>Whether a caller that was found above a frame can be true.</summary>
    /// <param name="isLast">The caller is the last frame.</param>
    public bool MayCall(CodeMap code, CodeLocation callee, CodeLocation caller, FrameTrust trust, out bool isLast)
    {
        isLast = false;
        if (Find(code, callee) is not { } bottom)
            return true;

        isLast = true;
        return bottom.Callers is ["*"]
            ? trust is not (FrameTrust.Scan or FrameTrust.CfiScan)
            : bottom.Callers.Contains(NameOf(caller));
    }

    Bottom? Find(CodeMap code, CodeLocation location)
    {
        if (location.FunctionUtf8.Length is 0 or > MaxName)
            return null;

        Span<char> buffer = stackalloc char[MaxName];
        var name = Simplify(buffer[..Encoding.UTF8.GetChars(location.FunctionUtf8.Span, buffer)]);
        if (!_lookup.TryGetValue(name, out var bottom))
            bottom = FindByPrefix(name);
        return bottom is { IsLibraryOnly: true } && !IsLibrary(code.Modules[location.Module].Name) ? null : bottom;
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

    const int MaxName = 64;

    static string NameOf(CodeLocation location) => Simplify(location.Function ?? "").ToString();

    // glibc's names for its own use, and symbol versions.
    static ReadOnlySpan<char> Simplify(ReadOnlySpan<char> name)
    {
        if (name.StartsWith("__GI_"))
            name = name[5..];
        return name.IndexOf('@') is > 0 and var version ? name[..version] : name;
    }

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
        var bottom = new Bottom(isLibraryOnly, words.Length > 1 ? words[2..] : []);
        if (words[0].EndsWith('*'))
            prefixes.Add((words[0][..^1], bottom));
        else
            names.Add(words[0], bottom);
    }

    sealed record Bottom(bool IsLibraryOnly, string[] Callers);
}
