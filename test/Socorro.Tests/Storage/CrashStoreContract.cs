using System.Collections.Frozen;
using System.Text;
using Socorro.Crashes;
using Socorro.Storage;

namespace Socorro.Tests.Storage;

/// <summary>What every crash store does. An engine's test class inherits it and says how to open the engine.</summary>
public abstract class CrashStoreContract : IAsyncLifetime
{
    static readonly DateOnly Day = DateOnly.FromDateTime(Crash.Noon.UtcDateTime);

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected CrashStore Store { get; private set; } = null!; // set before each test

    /// <summary>Opens the engine on the same data each time it is called in one test.</summary>
    protected abstract Task<CrashStore> OpenAsync();

    public virtual async ValueTask InitializeAsync() => Store = await OpenAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = await OpenAsync();
    }

    [Fact]
    public async Task Gives_back_the_raw_crash_it_was_given()
    {
        using var crash = Crash.Small();
        await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);

        AssertSame(crash.Raw, await Store.FindRawAsync(crash.Id, Cancel));
        await ReopenAsync();
        AssertSame(crash.Raw, await Store.FindRawAsync(crash.Id, Cancel));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_000)]
    [InlineData(9_000_000)]
    public async Task Gives_back_a_dump_of_any_size(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        using var crash = new Crash(bytes);
        await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);

        var found = await Store.FindDumpAsync(crash.Id, Crash.MainDump, Cancel);

        Assert.NotNull(found);
        Assert.True(found.Value.Span.SequenceEqual(bytes));
    }

    [Fact]
    public async Task Takes_a_dump_in_one_large_piece()
    {
        using var crash = new Crash([.. Enumerable.Range(0, 3_000_000).Select(i => (byte)(i * i >> 7))]);
        var whole = crash.Dumps[0].Compressed.SelectMany(piece => piece.ToArray()).ToArray();
        await Store.PutRawAsync(crash.Raw, [new([whole], crash.Bytes.Length)], Cancel);

        Assert.Equal(crash.Bytes, (await Store.FindDumpAsync(crash.Id, Crash.MainDump, Cancel))?.ToArray());
    }

    [Fact]
    public async Task Keeps_several_dumps_apart()
    {
        using var first = new Crash([1, 2, 3]);
        using var second = new Crash([4, 5, 6]);
        var raw = first.Raw with
        {
            Dumps = [first.Raw.Dumps[0], second.Raw.Dumps[0] with { Name = "upload_file_minidump_browser" }],
        };
        await Store.PutRawAsync(raw, [first.Dumps[0], second.Dumps[0]], Cancel);

        Assert.Equal([1, 2, 3], (await Store.FindDumpAsync(raw.Id, Crash.MainDump, Cancel))?.ToArray());
        Assert.Equal([4, 5, 6], (await Store.FindDumpAsync(raw.Id, "upload_file_minidump_browser", Cancel))?.ToArray());
        Assert.Null(await Store.FindDumpAsync(raw.Id, "another", Cancel));
    }

    [Fact]
    public async Task Keeps_a_crash_without_dumps()
    {
        using var crash = Crash.Small();
        var raw = crash.Raw with { Dumps = [] };
        await Store.PutRawAsync(raw, [], Cancel);

        AssertSame(raw, await Store.FindRawAsync(crash.Id, Cancel));
    }

    [Fact]
    public async Task Refuses_a_crash_that_names_other_dumps_than_it_brings()
    {
        using var crash = Crash.Small();

        await Assert.ThrowsAsync<ArgumentException>(() => Store.PutRawAsync(crash.Raw, [], Cancel));
        Assert.Null(await Store.FindRawAsync(crash.Id, Cancel));
    }

    [Fact]
    public async Task Finds_nothing_for_an_id_it_was_never_given()
    {
        var id = CrashId.Create(Crash.Noon);

        Assert.Null(await Store.FindRawAsync(id, Cancel));
        Assert.Null(await Store.FindDumpAsync(id, Crash.MainDump, Cancel));
        Assert.Null(await Store.FindProcessedAsync(id, Cancel));
        Assert.Empty(await Listed(Day));
    }

    [Fact]
    public async Task Takes_the_same_crash_twice_and_keeps_it_once()
    {
        using var crash = Crash.Small();
        await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);

        Assert.Equal([crash.Id], await Listed(Day));
        Assert.Equal([crash.Id], await Store.TakeUnqueuedAsync(10, Cancel));
    }

    [Fact]
    public async Task Refuses_another_crash_with_the_same_id()
    {
        using var crash = Crash.Small();
        using var other = new Crash("another dump"u8.ToArray(), id: crash.Id);
        await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);

        await Assert.ThrowsAsync<CrashIdTakenException>(() => Store.PutRawAsync(other.Raw, other.Dumps, Cancel));
        AssertSame(crash.Raw, await Store.FindRawAsync(crash.Id, Cancel));
        Assert.Equal(crash.Bytes, (await Store.FindDumpAsync(crash.Id, Crash.MainDump, Cancel))?.ToArray());
    }

    [Fact]
    public async Task Keeps_the_first_of_crashes_that_race_for_an_id()
    {
        var id = CrashId.Create(Crash.Noon);
        var crashes = Enumerable.Range(0, 8).Select(i => new Crash([(byte)i], id: id)).ToList();
        var puts = crashes.ConvertAll(crash => Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel));
        foreach (var put in puts)
            await Record.ExceptionAsync(() => put);

        var kept = crashes[puts.FindIndex(put => put.IsCompletedSuccessfully)];
        _ = Assert.Single(puts, put => put.IsCompletedSuccessfully);
        Assert.Equal(kept.Bytes, (await Store.FindDumpAsync(id, Crash.MainDump, Cancel))?.ToArray());
        crashes.ForEach(crash => crash.Dispose());
    }

    [Fact]
    public async Task Replaces_the_processed_crash()
    {
        using var crash = Crash.Small();
        await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        Assert.Null(await Store.FindProcessedAsync(crash.Id, Cancel));

        await Store.PutProcessedAsync(new(crash.Id, """{"signature":"old"}"""u8.ToArray()), Cancel);
        await Store.PutProcessedAsync(new(crash.Id, """{"signature":"new"}"""u8.ToArray()), Cancel);
        await ReopenAsync();

        var found = await Store.FindProcessedAsync(crash.Id, Cancel);
        Assert.NotNull(found);
        Assert.Equal(crash.Id, found.Id);
        Assert.Equal("""{"signature":"new"}"""u8.ToArray(), found.Json.ToArray());
    }

    [Fact]
    public async Task Lists_a_day_and_no_other()
    {
        var crashes = Enumerable.Range(0, 30).Select(i => Crash.Small(Crash.Noon.AddHours(i))).ToList();
        await Task.WhenAll(crashes.Select(crash => Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel)));

        var expected = crashes.Where(crash => crash.Id.Day == Day).Select(crash => crash.Id).Order();
        Assert.Equal(expected, (await Listed(Day)).Order());
        Assert.Equal(18, (await Listed(Day.AddDays(1))).Count);
        crashes.ForEach(crash => crash.Dispose());
    }

    [Fact]
    public async Task Lets_many_write_and_read_at_once()
    {
        var crashes = Enumerable.Range(0, 100).Select(i => new Crash(BitConverter.GetBytes(i))).ToList();
        await Parallel.ForEachAsync(crashes, Cancel, async (crash, cancel) =>
        {
            await Store.PutRawAsync(crash.Raw, crash.Dumps, cancel);
            Assert.Equal(crash.Bytes, (await Store.FindDumpAsync(crash.Id, Crash.MainDump, cancel))?.ToArray());
        });

        Assert.Equal(crashes.Select(crash => crash.Id).Order(), (await Listed(Day)).Order());
        crashes.ForEach(crash => crash.Dispose());
    }

    [Fact]
    public async Task Gives_the_unqueued_oldest_first_until_they_are_confirmed()
    {
        using var yesterday = Crash.Small(Crash.Noon.AddDays(-1));
        using var first = Crash.Small();
        using var second = Crash.Small();
        foreach (var crash in new[] { first, second, yesterday })
            await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);

        Assert.Equal([yesterday.Id, first.Id], await Store.TakeUnqueuedAsync(2, Cancel));
        Assert.Equal([yesterday.Id, first.Id, second.Id], await Store.TakeUnqueuedAsync(10, Cancel));

        await Store.ConfirmQueuedAsync([yesterday.Id, first.Id], Cancel);
        Assert.Equal([second.Id], await Store.TakeUnqueuedAsync(10, Cancel));
    }

    [Fact]
    public async Task Remembers_the_unqueued_over_a_restart()
    {
        using var confirmed = Crash.Small();
        using var forgotten = Crash.Small();
        foreach (var crash in new[] { confirmed, forgotten })
            await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);

        await Store.ConfirmQueuedAsync([confirmed.Id], Cancel);
        await ReopenAsync();

        Assert.Equal([forgotten.Id], await Store.TakeUnqueuedAsync(10, Cancel));
    }

    [Fact]
    public async Task Replaces_a_processed_crash_only_when_it_is_the_one_that_was_read()
    {
        using var crash = Crash.Small();
        var (first, second, third) = (Processed("""{"a":1}"""), Processed("""{"a":2}"""), Processed("""{"a":3}"""));
        Assert.False(await Store.ReplaceProcessedAsync(first, second, Cancel));
        await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        Assert.False(await Store.ReplaceProcessedAsync(first, second, Cancel));
        await Store.PutProcessedAsync(first, Cancel);

        Assert.True(await Store.ReplaceProcessedAsync(first, second, Cancel));
        Assert.False(await Store.ReplaceProcessedAsync(first, third, Cancel));
        Assert.Equal(second.Json.ToArray(), (await Store.FindProcessedAsync(crash.Id, Cancel))?.Json.ToArray());

        ProcessedCrash Processed(string json) => new(crash.Id, Encoding.UTF8.GetBytes(json));
    }

    [Fact]
    public async Task Counts_the_raw_crashes_of_a_day()
    {
        Assert.Equal(0, await Store.CountAsync(Day, Cancel));
        for (var i = 0; i < 3; i++)
        {
            using var crash = Crash.Small();
            await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        }

        Assert.Equal(3, await Store.CountAsync(Day, Cancel));
        Assert.Equal(0, await Store.CountAsync(Day.AddDays(1), Cancel));
    }

    [Fact]
    public async Task Lists_a_day_newest_first_and_goes_on_after_any_crash()
    {
        var ids = new List<CrashId>();
        for (var i = 0; i < 5; i++)
        {
            using var crash = Crash.Small();
            await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
            ids.Insert(0, crash.Id);
        }

        Assert.Equal(ids, await Listed(Day));
        for (var i = 0; i < ids.Count; i++)
            Assert.Equal(ids[(i + 1)..], await Store.ListAsync(Day, ids[i], Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task Lists_a_day_anew_after_a_crash_that_is_not_there()
    {
        using var crash = Crash.Small();
        await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);

        Assert.Equal([crash.Id], await Store.ListAsync(Day, CrashId.Create(Crash.Noon), Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task Removes_a_crash_with_all_that_belongs_to_it()
    {
        using var removed = new Crash(new byte[3_000_000]);
        using var kept = Crash.Small();
        foreach (var crash in new[] { removed, kept })
        {
            await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
            await Store.PutProcessedAsync(new(crash.Id, "{}"u8.ToArray()), Cancel);
        }

        await Store.RemoveAsync([removed.Id, CrashId.Create(Crash.Noon), CrashId.Create(Crash.Noon.AddYears(-1))], Cancel);

        Assert.Null(await Store.FindRawAsync(removed.Id, Cancel));
        Assert.Null(await Store.FindDumpAsync(removed.Id, Crash.MainDump, Cancel));
        Assert.Null(await Store.FindProcessedAsync(removed.Id, Cancel));
        Assert.Equal([kept.Id], await Store.TakeUnqueuedAsync(10, Cancel));
        Assert.Equal(kept.Bytes, (await Store.FindDumpAsync(kept.Id, Crash.MainDump, Cancel))?.ToArray());
        Assert.NotNull(await Store.FindProcessedAsync(kept.Id, Cancel));

        await Store.PutRawAsync(removed.Raw, removed.Dumps, Cancel);
        Assert.Equal(removed.Bytes, (await Store.FindDumpAsync(removed.Id, Crash.MainDump, Cancel))?.ToArray());
    }

    [Fact]
    public async Task Lists_the_days_that_have_crashes()
    {
        Assert.Empty(await Store.ListDaysAsync(Cancel));
        foreach (var days in new[] { 0, -2, 1 })
        {
            using var crash = Crash.Small(Crash.Noon.AddDays(days));
            await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);
        }

        Assert.Equal([Day.AddDays(1), Day, Day.AddDays(-2)], await Store.ListDaysAsync(Cancel));
    }

    [Fact]
    public async Task Lists_crashes_that_were_queued_and_never_processed()
    {
        using var lost = Crash.Small();
        using var waiting = Crash.Small();
        using var processed = Crash.Small();
        using var deferred = new Crash([1], id: CrashId.Create(Crash.Noon, isDeferred: true));
        foreach (var crash in new[] { lost, waiting, processed, deferred })
            await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);

        await Store.ConfirmQueuedAsync([lost.Id, processed.Id, deferred.Id], Cancel);
        await Store.PutProcessedAsync(new(processed.Id, "{}"u8.ToArray()), Cancel);

        Assert.Equal([lost.Id], await Store.ListUnprocessedAsync(Day, Cancel).ToListAsync(Cancel));
        Assert.Empty(await Store.ListUnprocessedAsync(Day.AddDays(1), Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task Lists_any_number_of_unprocessed_crashes()
    {
        var crashes = Enumerable.Range(0, 2100).Select(_ => Crash.Small()).ToList();
        await Task.WhenAll(crashes.Select(crash => Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel)));
        await Store.ConfirmQueuedAsync([.. crashes.Select(crash => crash.Id)], Cancel);

        Assert.Equal(
            crashes.Select(crash => crash.Id).Order(),
            (await Store.ListUnprocessedAsync(Day, Cancel).ToListAsync(Cancel)).Order());
        crashes.ForEach(crash => crash.Dispose());
    }

    [Fact]
    public async Task Measures_what_waits_to_be_queued()
    {
        Assert.Equal(new Backlog(0, null), await Store.MeasureUnqueuedAsync(Cancel));
        using var older = Crash.Small(Crash.Noon.AddHours(-13));
        using var newer = Crash.Small();
        foreach (var crash in new[] { newer, older })
            await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);

        Assert.Equal(new Backlog(2, older.Raw.SubmittedAt), await Store.MeasureUnqueuedAsync(Cancel));
        await Store.ConfirmQueuedAsync([older.Id], Cancel);
        Assert.Equal(new Backlog(1, newer.Raw.SubmittedAt), await Store.MeasureUnqueuedAsync(Cancel));
    }

    [Fact]
    public async Task Waits_for_the_first_unqueued_crash()
    {
        using var crash = Crash.Small();
        var taking = Store.TakeUnqueuedAsync(10, Cancel);
        Assert.False(taking.IsCompleted);

        await Store.PutRawAsync(crash.Raw, crash.Dumps, Cancel);

        Assert.Equal([crash.Id], await taking.WaitAsync(TimeSpan.FromSeconds(10), Cancel));
    }

    [Fact]
    public async Task Stops_waiting_when_it_is_cancelled()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var taking = Store.TakeUnqueuedAsync(10, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking);
    }

    [Fact]
    public async Task Has_no_trouble_to_report() => Assert.Null(await Store.FindTroubleAsync(Cancel));

    protected async Task<List<CrashId>> Listed(DateOnly day) => await Store.ListAsync(day, Cancel).ToListAsync(Cancel);

    static void AssertSame(RawCrash expected, RawCrash? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(RawCrashDocument.Write(expected), RawCrashDocument.Write(actual));
        Assert.Equal(expected.SubmittedAt, actual.SubmittedAt);
        Assert.Equal(expected.Annotations.ToFrozenDictionary(), actual.Annotations);
        Assert.Equal(expected.Dumps, actual.Dumps);
    }
}
