namespace Socorro.Minidumps.Tests.Format;

public sealed class EntryListTests
{
    const uint ThreadList = 3;
    const uint UnloadedModuleList = 14;

    [Fact]
    public void Skips_the_padding_that_some_writers_put_behind_a_count()
    {
        var dump = Dump(out var layout, ThreadList, l => Thread(l.U32(1).U32(0), 77));

        Assert.Equal(56, layout.Length);
        Assert.Equal(77u, Assert.Single(dump.Threads).Id);
        Assert.Empty(dump.Problems);
    }

    [Fact]
    public void Notes_bytes_behind_the_last_entry_and_reads_on()
    {
        var dump = Dump(out _, ThreadList, l => Thread(l.U32(1), 77).Zeros(7));

        Assert.Equal(77u, Assert.Single(dump.Threads).Id);
        Assert.Equal("has 7 bytes behind its last entry", Assert.Single(dump.Problems).What);
    }

    [Theory]
    [InlineData(2u)]
    [InlineData(0x05555556u)] // times 48 it is 32 more than 2^32
    [InlineData(uint.MaxValue)]
    public void Reads_the_entries_that_are_there_of_a_list_that_claims_more(uint count)
    {
        var dump = Dump(out _, ThreadList, l => Thread(l.U32(count), 77));

        Assert.Equal(77u, Assert.Single(dump.Threads).Id);
        Assert.Equal($"claims {count} entries but has room for 1", Assert.Single(dump.Problems).What);
    }

    [Fact]
    public void Reads_as_many_entries_as_the_limit_allows()
    {
        var synthetic = new SyntheticDump();
        var list = Thread(Thread(Thread(synthetic.Layout().U32(3), 1), 2), 3);
        var dump = synthetic.Stream(ThreadList, list).Open(Limits.Default with { MaxThreads = 2 });

        Assert.Equal([1u, 2u], dump.Threads.Select(thread => thread.Id));
        Assert.Equal("claims 3 entries; the first 2 were read", Assert.Single(dump.Problems).What);
    }

    [Fact]
    public void Reads_the_known_beginning_of_longer_entries_behind_a_longer_header()
    {
        var dump = Dump(
            out _,
            UnloadedModuleList,
            l => Unloaded(Unloaded(l.U32(16).U32(28).U32(2).U32(0xeeeeeeee), 1).U32(9), 2).U32(9));

        Assert.Equal([1UL, 2UL], dump.UnloadedModules.Select(module => module.Base));
        Assert.Empty(dump.Problems);
    }

    [Theory]
    [InlineData(12u, 23u)]
    [InlineData(12u, 0u)]
    [InlineData(12u, uint.MaxValue)]
    [InlineData(uint.MaxValue, 24u)]
    public void Refuses_entries_that_are_too_short_or_nowhere(uint header, uint entry)
    {
        var dump = Dump(out _, UnloadedModuleList, l => Unloaded(l.U32(header).U32(entry).U32(1), 1));

        Assert.Empty(dump.UnloadedModules);
        Assert.Single(dump.Problems);
    }

    [Fact]
    public void Never_lets_a_header_be_shorter_than_what_was_read_of_it()
    {
        var dump = Dump(out _, UnloadedModuleList, l => Unloaded(l.U32(0).U32(24).U32(1), 5));

        Assert.Equal(5UL, Assert.Single(dump.UnloadedModules).Base);
    }

    [Fact]
    public void Notes_a_stream_that_is_too_short_for_its_header()
    {
        var dump = new SyntheticDump().Stream(ThreadList, [1, 0]).Stream(7, [0]).Open();

        Assert.Equal(
            ["SystemInfoStream has only 1 of 32 bytes", "ThreadListStream has only 2 of 4 bytes"],
            dump.Problems.Select(problem => problem.ToString()));
    }

    static Minidump Dump(out Layout layout, uint stream, Func<Layout, Layout> content)
    {
        var synthetic = new SyntheticDump();
        layout = content(synthetic.Layout());
        return synthetic.Stream(stream, layout).Open();
    }

    static Layout Thread(Layout layout, uint id) => layout.U32(id).Zeros(44);

    static Layout Unloaded(Layout layout, ulong address) => layout.U64(address).U32(0x1000).U32(0).U32(0).U32(0);
}
