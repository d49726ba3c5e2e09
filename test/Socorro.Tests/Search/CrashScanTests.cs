using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Crashes;
using Socorro.Engines.Embedded;
using Socorro.Fields;
using Socorro.Search;
using Socorro.Tests.Processing;
using Socorro.Tests.Storage;

namespace Socorro.Tests.Search;

public sealed class CrashScanTests : IAsyncLifetime
{
    static readonly DateTimeOffset Noon = Crash.Noon;

    readonly TemporaryFolder _folder = new();
    EmbeddedEngines _engines = null!; // opened before each test

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _engines = await EmbeddedEngines.OpenAsync(_folder.Path, TimeProvider.System, NullLoggerFactory.Instance, Cancel);

    public async ValueTask DisposeAsync()
    {
        await _engines.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Finds_the_crashes_of_a_query_newest_first()
    {
        var old = await PutAsync(Noon.AddDays(-2), "Demo");
        var early = await PutAsync(Noon, "Demo");
        _ = await PutAsync(Noon, "Other");
        var late = await PutAsync(Noon.AddMinutes(1), "Demo");
        _ = await PutAsync(Noon.AddDays(-9), "Demo");

        Assert.Equal([late, early, old], await FindAsync("product=Demo"));
        Assert.Equal([late], await FindAsync("product=Demo&date=>2026-11-24T12:00:00Z"));
    }

    [Fact]
    public async Task Goes_on_after_any_crash()
    {
        var ids = new List<CrashId>();
        for (var i = 0; i < 6; i++)
            ids.Add(await PutAsync(Noon.AddDays(-i / 2).AddMinutes(-i), $"P{i}"));

        var scan = new CrashScan(_engines.Store);
        var all = await scan.ScanAsync(Parse("product=P4"), after: null, Cancel).ToListAsync(Cancel);
        for (var i = 0; i < all.Count; i++)
        {
            var rest = await scan.ScanAsync(Parse("product=P4"), all[i].Id, Cancel).ToListAsync(Cancel);
            Assert.Equal(all.Skip(i + 1).Select(crash => crash.Id), rest.Select(crash => crash.Id));
        }

        Assert.Equal(ids.Order(), all.Select(crash => crash.Id).Order());
        Assert.Equal([ids[4]], all.Where(crash => crash.IsMatch).Select(crash => crash.Id));
    }

    [Fact]
    public async Task Finds_what_was_accepted_and_never_processed_but_not_what_was_deferred()
    {
        var accepted = await PutRawAsync(CrashId.Create(Noon));
        _ = await PutRawAsync(CrashId.Create(Noon, isDeferred: true));

        Assert.Equal([accepted], await FindAsync("product=Demo"));
        Assert.Empty(await FindAsync("product=Other"));
    }

    async Task<CrashId> PutAsync(DateTimeOffset at, string product)
    {
        using var crash = Crash.Small(at);
        await _engines.Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        var document = JsonSerializer.SerializeToUtf8Bytes(new { date_processed = at.ToString("O"), product });
        await _engines.Store.PutProcessedAsync(new(crash.Id, document), Cancel);
        return crash.Id;
    }

    async Task<CrashId> PutRawAsync(CrashId id)
    {
        var raw = Pipelines.Raw(new Dictionary<string, string> { ["ProductName"] = "Demo" }.ToFrozenDictionary(), Noon) with { Id = id };
        await _engines.Store.PutRawAsync(raw, [], Cancel);
        return id;
    }

    async Task<IEnumerable<CrashId>> FindAsync(string query) =>
        (await new CrashScan(_engines.Store).FindAsync(Parse(query), Cancel).ToListAsync(Cancel)).Select(crash => crash.Id);

    static CrashQuery Parse(string query) =>
        CrashQuery.TryParse(query, FieldSet.Default, Noon.AddHours(1), out var parsed, out var errors)
            ? parsed
            : throw new FormatException(string.Join("; ", errors));
}
