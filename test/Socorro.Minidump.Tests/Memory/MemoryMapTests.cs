using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Tests.Memory;

public sealed class MemoryMapTests
{
    [Fact]
    public void Reads_across_adjacent_regions_but_not_across_a_gap()
    {
        var memory = MemoryMap.Build([new(0x1000, new byte[] { 1, 2 }), new(0x1002, new byte[] { 3, 4 })], false);

        Assert.True(memory.TryReadInteger(0x1000, 4, out var value));
        Assert.Equal(0x04030201UL, value);
        Assert.False(memory.TryReadInteger(0x1001, 4, out _));
    }

    [Fact]
    public void Lets_the_later_of_two_overlapping_regions_win()
    {
        var memory = MemoryMap.Build(
            [new(0x1000, new byte[] { 1, 1, 1, 1 }), new(0x1001, new byte[] { 2, 2 }), new(0x1002, new byte[] { 3 })],
            false);

        Assert.True(memory.TryReadInteger(0x1000, 4, out var value));
        Assert.Equal(0x01030201UL, value);
    }

    [Fact]
    public void Leaves_out_regions_that_wrap_around()
    {
        var memory = MemoryMap.Build([new(ulong.MaxValue - 1, new byte[8])], false);

        Assert.True(memory.Regions.IsEmpty);
    }
}
