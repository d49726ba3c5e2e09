using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Tests.Streams;

public sealed class CapturedMemoryTests
{
    [Fact]
    public void Merges_both_memory_lists_and_the_stacks()
    {
        var synthetic = new SyntheticDump();
        var stack = synthetic.Add([1, 1, 1, 1]);
        var first = synthetic.Add([2, 2, 2, 2]);
        var second = synthetic.Add([3, 3, 3, 3]);
        synthetic.Stream(3, synthetic.Layout().U32(1).U32(7).Zeros(20).U64(0x1000).U32(4).U32(stack).Zeros(8));
        synthetic.Stream(5, synthetic.Layout().U32(2).U64(0x2000).U32(4).U32(first).U64(0x2004).U32(4).U32(0));
        synthetic.Stream(9, synthetic.Layout().U64(1).U64(second).U64(0x2002).U64(4));
        var memory = synthetic.Open().Memory;

        Assert.Equal(
            [(0x1000UL, "01010101"), (0x2000UL, "0202"), (0x2002UL, "03030303")],
            memory.Regions.ToArray().Select(region => (region.Address, Convert.ToHexString(region.Bytes.Span))));
    }

    [Fact]
    public void Keeps_the_regions_in_front_of_the_cut_when_a_full_dump_is_cut_short()
    {
        var synthetic = new SyntheticDump();
        synthetic.Stream(9, synthetic.Layout().U64(3).U64(0).U64(0x1000).U64(4).U64(0x2000).U64(8).U64(0x3000).U64(8));
        var bytes = synthetic.ToArray();
        var contents = bytes.Length;
        BitConverter.GetBytes((ulong)contents).CopyTo(bytes, 32 + 8);
        Assert.True(Minidump.TryOpen((byte[])[.. bytes, 1, 1, 1, 1, 2, 2, 2], Limits.Default, out var dump, out _));

        Assert.Equal(
            [(0x1000UL, 4), (0x2000UL, 3)],
            dump.Memory.Regions.ToArray().Select(region => (region.Address, region.Bytes.Length)));
        Assert.Equal("ends with the file inside the region at 0x2000", Assert.Single(dump.Problems).What);
    }

    [Fact]
    public void Lives_with_regions_and_stacks_that_cannot_be()
    {
        var synthetic = new SyntheticDump();
        synthetic.Stream(3, synthetic.Layout().U32(1).U32(7).Zeros(20).U64(1UL << 63).U32(uint.MaxValue).U32(32)
            .Zeros(8));
        synthetic.Stream(5, synthetic.Layout().U32(2).U64(ulong.MaxValue).U32(2).U32(32).U64(0x1000).U32(16)
            .U32(0xfffffff8));
        synthetic.Stream(9, synthetic.Layout().U64(ulong.MaxValue / 16 + 2).U64(32).U64(0x5000).U64(ulong.MaxValue));
        var dump = synthetic.Open();

        Assert.Equal([0x5000UL], dump.Memory.Regions.ToArray().Select(region => region.Address));
        Assert.Equal(5, dump.Problems.Count);
    }

    [Fact]
    public void Reads_a_stack_from_the_memory_list_when_the_thread_has_no_bytes_of_its_own()
    {
        var synthetic = new SyntheticDump();
        var stack = synthetic.Add([4, 3, 2, 1]);
        synthetic.Stream(3, synthetic.Layout().U32(1).U32(7).Zeros(20).U64(0x1000).U32(4).U32(0).Zeros(8));
        synthetic.Stream(5, synthetic.Layout().U32(1).U64(0x1000).U32(4).U32(stack));
        var dump = synthetic.Open();

        Assert.True(dump.Memory.TryReadInteger(dump.Threads[0].StackStart, 4, out var value));
        Assert.Equal(0x01020304UL, value);
        Assert.Empty(dump.Problems);
    }

    [Fact]
    public void Builds_a_map_of_a_million_overlapping_regions_without_delay()
    {
        var random = new Random(3);
        var bytes = new byte[0x10000];
        var regions = new MemoryRegion[1_000_000];
        for (var i = 0; i < regions.Length; i++)
            regions[i] = new((ulong)random.Next(1 << 30), bytes.AsMemory(0, random.Next(1, 0x10000)));

        var start = Environment.TickCount64;
        var memory = MemoryMap.Build(regions, false);

        Assert.InRange(Environment.TickCount64 - start, 0, 30_000);
        Assert.InRange(memory.Regions.Length, 1, 2 * regions.Length);
    }
}
