namespace Socorro.Storage;

/// <summary>How often an annotation came with crashes of a product.</summary>
/// <param name="Name">The annotation.</param>
/// <param name="Product">The product; empty when it did not say.</param>
/// <param name="Crashes">How many crashes.</param>
/// <param name="LastSeen">When the last of them was submitted.</param>
public sealed record AnnotationSighting(string Name, string Product, long Crashes, DateTimeOffset LastSeen);

/// <summary>
/// The part of the catalog that counts annotations which clients send and no field declares: their names, never what they
/// say. All members may be called from any thread.
/// </summary>
public abstract class UndeclaredAnnotations
{
    /// <summary>The most that are kept: clients may send any name, and the rarest give way.</summary>
    public const int Most = 1_000;

    /// <summary>Adds what was seen since the last time.</summary>
    public abstract Task AddAsync(IReadOnlyList<AnnotationSighting> seen, CancellationToken cancel);

    /// <summary>All that are kept, most frequent first.</summary>
    public abstract Task<IReadOnlyList<AnnotationSighting>> ListAsync(CancellationToken cancel);
}
