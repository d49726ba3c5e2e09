using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Tests.Streams;

public sealed class AddressSpaceTests
{
    const uint Committed = 0x1000;

    [Theory]
    [InlineData(0x01, Permissions.None)]
    [InlineData(0x02, Permissions.Read)]
    [InlineData(0x04, Permissions.Read | Permissions.Write)]
    [InlineData(0x08, Permissions.Read | Permissions.Write)] // copied when written
    [InlineData(0x10, Permissions.Execute)]
    [InlineData(0x20, Permissions.Read | Permissions.Execute)]
    [InlineData(0x40, Permissions.Read | Permissions.Write | Permissions.Execute)]
    [InlineData(0x80, Permissions.Read | Permissions.Write | Permissions.Execute)]
    [InlineData(0x104, Permissions.Read | Permissions.Write | Permissions.Guard)]
    [InlineData(0x204, Permissions.Read | Permissions.Write)]
    public void Reads_what_Windows_permits(uint protection, Permissions permissions)
    {
        var region = Assert.Single(Dump((0x1000, 0x1000, Committed, protection)).MemoryInfo);

        Assert.Equal(permissions, region.Permissions);
    }

    [Theory]
    [InlineData(0x2000)]
    [InlineData(0x10000)]
    public void Permits_nothing_where_nothing_is_committed(uint state) =>
        Assert.Equal(Permissions.None, Assert.Single(Dump((0x1000, 0x1000, state, 0x04)).MemoryInfo).Permissions);

    [Fact]
    public void Does_not_allow_the_first_touch_of_a_guard_page()
    {
        var space = Dump((0x1000, 0x1000, Committed, 0x104), (0x2000, 0x1000, Committed, 0x04)).AddressSpace;

        Assert.True(space.IsKnown);
        Assert.False(space.Find(0x1800)?.Allows(Permissions.Read));
        Assert.True(space.Find(0x1800)?.IsInaccessible);
        Assert.True(space.Find(0x2000)?.Allows(Permissions.Write));
        Assert.False(space.Find(0x2fff)?.Allows(Permissions.Execute));
        Assert.Null(space.Find(0x3000));
    }

    [Fact]
    public void Is_guessed_from_modules_and_captured_memory_where_the_dump_has_no_list()
    {
        var synthetic = new SyntheticDump();
        var name = synthetic.AddString("app");
        var bytes = synthetic.Add([1, 2, 3, 4]);
        synthetic.Stream(4, synthetic.Layout().U32(1).U64(0x1000).U32(0x1000).Zeros(8).U32(name).Zeros(84));
        synthetic.Stream(5, synthetic.Layout().U32(1).U64(0x9000).U32(4).U32(bytes));
        var space = synthetic.Open().AddressSpace;

        Assert.False(space.IsKnown);
        Assert.True(space.Find(0x1fff)?.Allows(Permissions.Execute));
        Assert.True(space.Find(0x9000)?.Allows(Permissions.Write));
        Assert.Null(space.Find(0x9004));
    }

    [Fact]
    public void Leaves_out_regions_that_wrap_around()
    {
        var dump = Dump((ulong.MaxValue - 1, 0x1000, Committed, 0x04), (0x1000, ulong.MaxValue, Committed, 0x04),
            (0x1000, 0x10, Committed, 0x02));

        Assert.Equal(3, dump.MemoryInfo.Count);
        Assert.Equal(0x1010UL, dump.AddressSpace.Find(0x1008)?.End);
        Assert.Null(dump.AddressSpace.Find(0x2000));
    }

    static Minidump Dump(params (ulong Base, ulong Size, uint State, uint Protection)[] regions)
    {
        var list = new Layout(false).U32(16).U32(48).U64((ulong)regions.Length);
        foreach (var (start, size, state, protection) in regions)
            list.U64(start).U64(start).Zeros(8).U64(size).U32(state).U32(protection).U32(0x20000).U32(0);
        return new SyntheticDump().Stream(16, list).Open();
    }
}
