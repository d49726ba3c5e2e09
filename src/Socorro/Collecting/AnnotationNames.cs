using System.Text.Json;

namespace Socorro.Collecting;

/// <summary>What the collector knows about the names of annotations; the table is the data file annotations.json.</summary>
sealed record AnnotationNames
{
    /// <summary>Our name for what clients call otherwise.</summary>
    /// <param name="Name">Ours. It is added beside the client's own names, and never replaces what the client sent.</param>
    /// <param name="From">The clients' names, the most telling first: Electron sends its own version as <c>ver</c>.</param>
    /// <param name="Query">Whether a client may give it in the address, as Crashpad does.</param>
    public sealed record Mapping(string Name, IReadOnlyList<string> From, bool Query = false);

    public required IReadOnlyList<Mapping> Mapped { get; init; }

    /// <summary>Removed before anything is stored.</summary>
    public required IReadOnlyList<string> Private { get; init; }

    /// <summary>Names that the collector itself gives a meaning in a raw crash; a client can't.</summary>
    public required IReadOnlyList<string> Reserved { get; init; }

    public static AnnotationNames Default { get; } = Load();

    /// <summary>Adds our names where only the clients' are there, looking in the body first and then in the address.</summary>
    public void AddMapped(Dictionary<string, string> annotations, IQueryCollection query)
    {
        foreach (var (name, from, isInQuery) in Mapped)
        {
            var value = from.Select(annotations.GetValueOrDefault).FirstOrDefault(text => text is not null);
            if (value is null && isInQuery)
                value = from.Prepend(name).Select(key => query[key].FirstOrDefault()).FirstOrDefault(text => text is not null);
            if (value is not null)
                annotations.TryAdd(name, value);
        }
    }

    /// <summary>Removes what must not be stored, and returns the names that were there.</summary>
    public IReadOnlyList<string> RemoveUnwanted(Dictionary<string, string> annotations) =>
        [.. Private.Concat(Reserved).Where(annotations.Remove)];

    static AnnotationNames Load()
    {
        using var file = typeof(AnnotationNames).Assembly.GetManifestResourceStream("Socorro.Collecting.annotations.json")!;
        return JsonSerializer.Deserialize<AnnotationNames>(file, JsonSerializerOptions.Web)!;
    }
}
