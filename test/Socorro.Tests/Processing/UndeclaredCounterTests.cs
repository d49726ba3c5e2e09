using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Socorro.Engines.Embedded;
using Socorro.Fields;
using Socorro.Processing;
using Socorro.Storage;
using Socorro.Tests.Storage;

namespace Socorro.Tests.Processing;

public sealed class UndeclaredCounterTests : IAsyncDisposable
{
    readonly FakeTimeProvider _time = new(Crash.Noon);
    readonly TemporaryFolder _folder = new();
    readonly SqliteCatalog _catalog;
    readonly UndeclaredCounter _counter;

    public UndeclaredCounterTests()
    {
        _catalog = new(_folder.Of("catalog.db"));
        _counter = new(FieldSet.Default, _catalog, _time, NullLogger<UndeclaredCounter>.Instance);
    }

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _catalog.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Counts_what_no_field_declares_by_product_and_keeps_no_value()
    {
        Count(("ProductName", "Demo"), ("OwnThing", "secret"), ("Vendor", "v"));
        Count(("ProductName", "Demo"), ("OwnThing", "secret"));
        Count(("OwnThing", "secret"));
        await _counter.TellAsync(Cancel);

        Assert.Equal(
            [new("OwnThing", "Demo", 2, Crash.Noon), new("OwnThing", "", 1, Crash.Noon)],
            await _catalog.Undeclared.ListAsync(Cancel));
    }

    [Fact]
    public async Task Tells_what_is_left_when_it_is_stopped()
    {
        using var stop = new CancellationTokenSource();
        var running = _counter.RunAsync(stop.Token);
        Count(("OwnThing", "x"));
        await stop.CancelAsync();
        await running;

        Assert.Equal("OwnThing", Assert.Single(await _catalog.Undeclared.ListAsync(Cancel)).Name);
    }

    [Fact]
    public async Task Bounds_names_and_their_number()
    {
        Count([.. Enumerable.Range(0, 6_000).Select(i => ($"Own{i}{new string('x', 300)}", "x"))]);
        await _counter.TellAsync(Cancel);

        var kept = await _catalog.Undeclared.ListAsync(Cancel);
        Assert.Equal(UndeclaredAnnotations.Most, kept.Count);
        Assert.All(kept, one => Assert.Equal(100, one.Name.Length));
    }

    void Count(params (string Name, string Text)[] annotations) => _counter.Count(Pipelines.Raw(
        annotations.ToDictionary(pair => pair.Name, pair => pair.Text), Crash.Noon));
}
