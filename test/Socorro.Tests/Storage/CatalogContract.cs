using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

/// <summary>What every catalog does. An engine's test class inherits it and says how to open the engine.</summary>
public abstract class CatalogContract : CatalogLifetime
{
    [Fact]
    public async Task Is_empty_at_first()
    {
        Assert.Empty(await Catalog.ListNewestAsync(10, Cancel));
        Assert.Empty(await Catalog.ListBySignatureAsync("a", 0, 10, Cancel));
        Assert.Empty(await Catalog.ListTopSignaturesAsync(DateTimeOffset.MinValue, 10, Cancel));
        Assert.Null(await Catalog.FindSignatureAsync("a", Cancel));
        Assert.Equal(0, await Catalog.CountAsync(DateTimeOffset.MinValue, Cancel));
    }

    [Fact]
    public async Task Gives_back_every_fact_of_a_summary()
    {
        var crash = Summary("a::b(int const&)", 0) with
        {
            Product = "Fenix",
            Version = "1.0b2",
            BuildId = "20261124000000",
            Os = "Windows 11",
            Reason = "EXCEPTION_ACCESS_VIOLATION_READ",
            Address = "0x00000000",
        };
        await Catalog.RecordAsync([crash], Cancel);
        await ReopenAsync();

        Assert.Equal([crash], await Catalog.ListNewestAsync(10, Cancel));
    }

    [Fact]
    public async Task Lists_the_newest_first_whatever_the_order_of_recording()
    {
        List<CrashSummary> crashes = [Summary("a", 3), Summary("a", 1), Summary("a", 2)];
        await Catalog.RecordAsync(crashes, Cancel);

        Assert.Equal([crashes[0], crashes[2]], await Catalog.ListNewestAsync(2, Cancel));
    }

    [Fact]
    public async Task Lists_a_signature_page_by_page()
    {
        var crashes = Enumerable.Range(0, 5).Select(minute => Summary("a", minute)).ToList();
        await Catalog.RecordAsync([.. crashes, Summary("b", 9)], Cancel);

        Assert.Equal([crashes[4], crashes[3]], await Catalog.ListBySignatureAsync("a", 0, 2, Cancel));
        Assert.Equal([crashes[0]], await Catalog.ListBySignatureAsync("a", 4, 2, Cancel));
        Assert.Empty(await Catalog.ListBySignatureAsync("A", 0, 2, Cancel));
    }

    [Fact]
    public async Task Knows_when_a_signature_was_seen()
    {
        await Catalog.RecordAsync([Summary("a", 5), Summary("a", 2), Summary("a", 7), Summary("b", 9)], Cancel);

        Assert.Equal(new("a", 3, At(2), At(7)), await Catalog.FindSignatureAsync("a", Cancel));
    }

    [Fact]
    public async Task Ranks_signatures_since_a_time()
    {
        await Catalog.RecordAsync(
            [
                Summary("common", 0), Summary("common", 1), Summary("common", 2), Summary("common", 10),
                Summary("new", 11), Summary("new", 12), Summary("old", 3), Summary("rare", 13),
            ],
            Cancel);

        Assert.Equal(
            [new("new", 2, At(11), At(12)), new("rare", 1, At(13), At(13)), new("common", 1, At(0), At(10))],
            await Catalog.ListTopSignaturesAsync(At(10), 10, Cancel));
        Assert.Equal(
            [new("common", 4, At(0), At(10))], await Catalog.ListTopSignaturesAsync(At(0), 1, Cancel));
    }

    [Fact]
    public async Task Counts_since_a_time_and_includes_it()
    {
        await Catalog.RecordAsync([Summary("a", 0), Summary("a", 1), Summary("b", 2)], Cancel);

        Assert.Equal(2, await Catalog.CountAsync(At(1), Cancel));
    }

    [Fact]
    public async Task Replaces_what_it_knew_of_a_crash()
    {
        var crash = Summary("old", 0);
        await Catalog.RecordAsync([crash, Summary("old", 5)], Cancel);
        await Catalog.RecordAsync([crash with { Signature = "new" }], Cancel);
        await Catalog.RecordAsync([crash with { Signature = "new" }], Cancel);

        Assert.Equal(2, await Catalog.CountAsync(At(0), Cancel));
        Assert.Equal(new("new", 1, At(0), At(0)), await Catalog.FindSignatureAsync("new", Cancel));
        Assert.Equal(new("old", 1, At(5), At(5)), await Catalog.FindSignatureAsync("old", Cancel));
    }

    [Fact]
    public async Task Forgets_a_signature_that_its_last_crash_has_left()
    {
        var crash = Summary("old", 0);
        await Catalog.RecordAsync([crash], Cancel);
        await Catalog.RecordAsync([crash with { Signature = "new" }], Cancel);
        Assert.Null(await Catalog.FindSignatureAsync("old", Cancel));

        await Catalog.RecordAsync([Summary("old", 9)], Cancel);
        Assert.Equal(new("old", 1, At(9), At(9)), await Catalog.FindSignatureAsync("old", Cancel));
    }

    protected static DateTimeOffset At(int minute) => Crash.Noon.AddMinutes(minute);

    protected static CrashSummary Summary(string signature, int minute) =>
        new() { Id = CrashId.Create(At(minute)), SubmittedAt = At(minute), Signature = signature };
}
