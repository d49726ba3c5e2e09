namespace Socorro.Signatures.Lists;

/// <summary>
/// The folder of an operator's lists: the files in it are for every product, those of a sub-folder for the product of that
/// name. A sub-folder whose name begins with a dot is none. A folder that is not there is as good as empty.
/// </summary>
public sealed class ListFolder(string path)
{
    const string OperatorTitle = "operator";

    public string Path { get; } = path;

    public bool Exists => Directory.Exists(Path);

    /// <summary>The products that have lists of their own, in order.</summary>
    public IReadOnlyList<string> Products => Exists
        ? [.. Directory.EnumerateDirectories(Path).Select(System.IO.Path.GetFileName).OfType<string>().Where(IsProduct).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Whether a sub-folder may have this name.</summary>
    public static bool IsProduct(string name) =>
        name.Length is > 0 and <= 100
        && name[0] is not ('.' or ' ')
        && name[^1] is not ('.' or ' ')
        && name.All(c => c is >= ' ' and <= '~' and not ('/' or '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|'));

    /// <summary>Where a product's lists are; for null, those of every product.</summary>
    public string FolderOf(string? product) => product is null ? Path : System.IO.Path.Combine(Path, product);

    /// <summary>The layers of a product, the lowest first: built-in, its own, the operator's.</summary>
    /// <exception cref="IOException">A file can't be read.</exception>
    public IReadOnlyList<Layer> LayersOf(string? product) => LayersOf(product, changed: null, "");

    /// <summary>The layers of a product, with another text for one of its lists.</summary>
    internal IReadOnlyList<Layer> LayersOf(string? product, ListName? changed, string text)
    {
        var layers = new List<Layer> { Layer.BuiltIn };
        if (product is not null)
            layers.Add(Read(product, product, changed, text));

        layers.Add(Read(null, OperatorTitle, changed, text));
        return [.. layers.Where(layer => layer.Files.Count > 0)];
    }

    Layer Read(string? product, string title, ListName? changed, string text)
    {
        var folder = FolderOf(product);
        var layer = Directory.Exists(folder)
            ? Layer.Read(folder, title)
            : new(folder, new Dictionary<string, string>()) { Title = title };
        return changed is null || changed.Product != product
            ? layer
            : layer with { Files = new Dictionary<string, string>(layer.Files) { [changed.FileName] = text } };
    }

    /// <summary>Changes whenever a file does, without reading any.</summary>
    public string Stamp() => string.Join('|',
        from product in Products.Prepend(null)
        from name in Layer.FileNames.Append(Layer.Revision)
        let file = new FileInfo(System.IO.Path.Combine(FolderOf(product), name))
        select file.Exists ? $"{product}.{file.LastWriteTimeUtc.Ticks}.{file.Length}" : product);
}
