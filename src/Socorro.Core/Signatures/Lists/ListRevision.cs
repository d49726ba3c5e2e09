namespace Socorro.Signatures.Lists;

/// <summary>One list of one layer: a file for a product, or for every product.</summary>
/// <param name="Product">Null for the lists of every product.</param>
/// <param name="FileName">One of <see cref="Layer.FileNames"/>.</param>
public sealed record ListName(string? Product, string FileName)
{
    /// <summary>Whether such a list may be there.</summary>
    public bool IsValid => Layer.FileNames.Contains(FileName) && (Product is null || ListFolder.IsProduct(Product));

    public override string ToString() => Product is null ? FileName : $"{Product}/{FileName}";
}

/// <summary>What a list was at some time.</summary>
public sealed record ListRevision
{
    /// <summary>Counted from 1 through all lists of a folder.</summary>
    public required int Number { get; init; }

    public required ListName List { get; init; }

    /// <summary>The whole text.</summary>
    public required string Text { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Who saved it; empty for what was found on disk before somebody else saved.</summary>
    public required string By { get; init; }

    /// <summary>Why, in his words.</summary>
    public required string Comment { get; init; }
}
