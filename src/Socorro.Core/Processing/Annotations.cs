using System.Collections.Frozen;

namespace Socorro.Processing;

/// <summary>Gathers what is known about a crash by name.</summary>
static class Annotations
{
    /// <summary>
    /// The client's annotations without NULs, which break whatever comes after; and for names that it did not send, those that it
    /// wrote into the dump.
    /// </summary>
    public static FrozenDictionary<string, string> Gather(
        IReadOnlyDictionary<string, string> sent, IReadOnlyDictionary<string, string> inDump)
    {
        var gathered = new Dictionary<string, string>(sent.Count);
        // Names without a NUL come first: one that had to be cleaned must not displace them.
        foreach (var (name, text) in sent.OrderBy(pair => pair.Key.Contains('\0')).Concat(inDump))
            gathered.TryAdd(Clean(name), Clean(text));

        return gathered.ToFrozenDictionary();
    }

    /// <summary>Without NULs.</summary>
    public static string Clean(string text) => text.Replace("\0", "", StringComparison.Ordinal);
}
