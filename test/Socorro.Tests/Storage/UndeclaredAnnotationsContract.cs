using Socorro.Storage;

namespace Socorro.Tests.Storage;

/// <summary>What every catalog's undeclared annotations do.</summary>
public abstract class UndeclaredAnnotationsContract : IAsyncLifetime
{
    static readonly DateTimeOffset Noon = Crash.Noon;

    Catalog _catalog = null!; // set before each test

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Opens the engine on the same data each time it is called in one test.</summary>
    protected abstract Task<Catalog> OpenAsync();

    public virtual async ValueTask InitializeAsync() => _catalog = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Adds_up_what_it_is_told_and_lists_the_most_frequent_first()
    {
        Assert.Empty(await _catalog.Undeclared.ListAsync(Cancel));
        await _catalog.Undeclared.AddAsync([new("A", "Demo", 2, Noon), new("A", "", 1, Noon), new("B", "Demo", 4, Noon)], Cancel);
        await _catalog.Undeclared.AddAsync([], Cancel);
        await _catalog.Undeclared.AddAsync([new("A", "Demo", 3, Noon.AddMinutes(1)), new("B", "Demo", 3, Noon.AddMinutes(-1))], Cancel);
        await _catalog.DisposeAsync();
        _catalog = await OpenAsync();

        Assert.Equal(
            [new("B", "Demo", 7, Noon), new("A", "Demo", 5, Noon.AddMinutes(1)), new("A", "", 1, Noon)],
            await _catalog.Undeclared.ListAsync(Cancel));
    }

    [Fact]
    public async Task Keeps_the_most_frequent_when_there_are_too_many()
    {
        await _catalog.Undeclared.AddAsync([new("Real", "Demo", 2, Noon)], Cancel);
        for (var round = 0; round < 3; round++)
        {
            var flood = Enumerable.Range(0, 600).Select(i => new AnnotationSighting($"Flood{round}_{i}", "Demo", 1, Noon));
            await _catalog.Undeclared.AddAsync([.. flood], Cancel);
        }

        var kept = await _catalog.Undeclared.ListAsync(Cancel);
        Assert.Equal(UndeclaredAnnotations.Most, kept.Count);
        Assert.Equal("Real", kept[0].Name);
    }
}
