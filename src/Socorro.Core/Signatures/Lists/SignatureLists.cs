using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace Socorro.Signatures.Lists;

/// <summary>
/// The lists that decide which frames of a stack name the crash, ready for use. Files hold one entry a line; blank lines and
/// lines that begin with # are for people.
/// </summary>
public sealed class SignatureLists
{
    static readonly Lazy<SignatureLists> Default = new(() => From(Layer.BuiltIn));

    SignatureLists(IReadOnlyDictionary<string, IReadOnlyList<string>> entries, IEnumerable<string> layers)
    {
        var sentinels = entries[Layer.Sentinels].Select(Sentinel.Parse);
        Irrelevant = new(entries[Layer.Irrelevant]);
        Prefix = new(entries[Layer.Prefix]);
        LineNumbers = new(entries[Layer.LineNumbers]);
        Sentinels = sentinels.ToLookup(sentinel => sentinel.Frame, sentinel => sentinel.Witness)
            .ToFrozenDictionary(group => group.Key, IReadOnlyList<string?> (group) => [.. group]);
        Version = HashOf(entries);
        FullVersion = $"{Version} ({string.Join(" + ", layers)})";
    }

    /// <summary>The lists that come with Socorro, alone.</summary>
    public static SignatureLists BuiltIn => Default.Value;

    /// <summary>Frames that never name a crash: system call stubs, panic and allocator machinery, smart pointers.</summary>
    public PatternList Irrelevant { get; }

    /// <summary>Frames that belong to a signature and do not end it: what everybody calls, such as memory copies.</summary>
    public PatternList Prefix { get; }

    /// <summary>Functions, such as interpreter loops, whose line tells one crash from another.</summary>
    public PatternList LineNumbers { get; }

    /// <summary>By frame, the witnesses that make it a sentinel; null among them means that it always is.</summary>
    public FrozenDictionary<string, IReadOnlyList<string?>> Sentinels { get; }

    /// <summary>12 hex digits that change with any entry and not with comments.</summary>
    public string Version { get; }

    /// <summary>The version with the layers that the lists are made of: <c>3fa4c1d2e5f6 (built-in + Browser 12)</c>.</summary>
    public string FullVersion { get; }

    /// <summary>Reads a folder of lists, used alone.</summary>
    /// <exception cref="SignatureListException">Entries are wrong; the message names each with its file and line.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static SignatureLists Load(string folder) => From(Layer.Read(folder));

    /// <summary>Puts layers on top of each other, the first lowest.</summary>
    /// <exception cref="SignatureListException">Entries are wrong; the message names each with its file and line.</exception>
    public static SignatureLists From(params IReadOnlyList<Layer> layers)
    {
        var problems = new List<ListProblem>();
        var entries = Layer.FileNames.ToDictionary(
            name => name, IReadOnlyList<string> (name) => Merge(name, layers, problems));
        if (problems.Count > 0)
            throw new SignatureListException(problems);

        try
        {
            return new(entries, layers.Select(layer => layer.Title));
        }
        catch (NotSupportedException e)
        {
            // Each entry was good; together they are too much.
            throw new SignatureListException([new(layers[^1].Name, 1, e.Message)]);
        }
    }

    static List<string> Merge(string name, IReadOnlyList<Layer> layers, List<ListProblem> problems)
    {
        var merged = new List<string>();
        foreach (var layer in layers)
        {
            if (!layer.Files.TryGetValue(name, out var text))
                continue;

            var number = 0;
            foreach (var line in text.Split('\n').Select(line => line.Trim().TrimStart('\uFEFF')))
            {
                number++;
                if (line.Length == 0 || line.StartsWith('#'))
                    continue;

                if (Complaint(name, line, merged) is { } complaint)
                    problems.Add(new(Path.Combine(layer.Name, name), number, complaint));
                else if (line.StartsWith('!'))
                    merged.Remove(line[1..]);
                else
                    merged.Add(line);
            }
        }

        return merged;
    }

    static string? Complaint(string name, string line, List<string> merged)
    {
        if (line.StartsWith('!'))
            return merged.Contains(line[1..]) ? null : $"no layer below has the entry '{line[1..]}' to take back";

        try
        {
            if (name == Layer.Sentinels)
                _ = Sentinel.Parse(line);
            else
                _ = new PatternList([line]);

            return null;
        }
        catch (NotSupportedException)
        {
            return $"'{line}' has a lookaround or a back reference, which lists can't have; write it without";
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return e.Message;
        }
    }

    static string HashOf(IReadOnlyDictionary<string, IReadOnlyList<string>> entries)
    {
        var text = new StringBuilder();
        foreach (var name in Layer.FileNames)
            text.Append(name).Append('\n').AppendJoin('\n', entries[name]).Append("\n\n");

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..12];
    }
}
