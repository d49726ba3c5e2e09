using Socorro.Storage;

namespace Socorro.Tests.Storage;

/// <summary>What every catalog's undeclared annotations do.</summary>
public abstract class UndeclaredAnnotationsContract : CatalogLifetime
{
    static readonly DateTimeOffset Noon = Crash.Noon;

    [Fact]
    public async Task Adds_up_what_it_is_told_and_lists_the_most_frequent_first()
    {
        Assert.Empty(await Catalog.Undeclared.ListAsync(Cancel));
        await Catalog.Undeclared.AddAsync([new("A", "Demo", 2, Noon), new("A", "", 1, Noon), new("B", "Demo", 4, Noon)], Cancel);
        await Catalog.Undeclared.AddAsync([], Cancel);
        await Catalog.Undeclared.AddAsync([new("A", "Demo", 3, Noon.AddMinutes(1)), new("B", "Demo", 3, Noon.AddMinutes(-1))], Cancel);
        await ReopenAsync();

        Assert.Equal(
            [new("B", "Demo", 7, Noon), new("A", "Demo", 5, Noon.AddMinutes(1)), new("A", "", 1, Noon)],
            await Catalog.Undeclared.ListAsync(Cancel));
    }

    [Fact]
    public async Task Keeps_the_most_frequent_when_there_are_too_many()
    {
        await Catalog.Undeclared.AddAsync([new("Real", "Demo", 2, Noon)], Cancel);
        for (var round = 0; round < 3; round++)
        {
            var flood = Enumerable.Range(0, 600).Select(i => new AnnotationSighting($"Flood{round}_{i}", "Demo", 1, Noon));
            await Catalog.Undeclared.AddAsync([.. flood], Cancel);
        }

        var kept = await Catalog.Undeclared.ListAsync(Cancel);
        Assert.Equal(UndeclaredAnnotations.Most, kept.Count);
        Assert.Equal("Real", kept[0].Name);
    }
}
