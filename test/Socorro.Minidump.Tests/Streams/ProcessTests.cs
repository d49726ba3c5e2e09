using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Tests.Streams;

/// <summary>The streams that say something of the process as a whole.</summary>
public sealed class ProcessTests
{
    [Theory]
    [InlineData(23, false, false, false, false)]
    [InlineData(24, true, false, false, false)]
    [InlineData(44, true, true, false, false)]
    [InlineData(232, true, true, true, false)]
    [InlineData(832, true, true, true, true)]
    [InlineData(1364, true, true, true, true)]
    [InlineData(1368, true, true, true, true)]
    public void Reads_each_version_of_the_miscellaneous_facts(int size, bool pid, bool power, bool zone, bool build)
    {
        var layout = new Layout(false)
            .U32((uint)size).U32(0x3f7).U32(4711).U32(1_699_999_000).U32(5).U32(6)
            .U32(3000).U32(2000).U32(2500).U32(2).U32(1).U32(0x2000).U32(0x4d).U32(1)
            .U32(2).U32(unchecked((uint)-60)).Units("Central", 32).Zeros(16).U32(0).Units("Summer", 32).Zeros(16)
            .U32(unchecked((uint)-60))
            .Units("19041.1", 260).Units("dbg", 40)
            .U32(528).U32(1407).U64(3).U32(0).U32(160).Zeros(504).U32(0xc00c1e).U32(0);
        var misc = new SyntheticDump().Stream(15, layout.ToArray()[..size]).Open().MiscInfo;

        Assert.Equal(pid ? 4711u : null, misc?.ProcessId);
        Assert.Equal(power ? new ProcessorPower(3000, 2000, 2500, 2, 1) : null, misc?.Power);
        Assert.Equal(zone ? new TimeZoneRecord(2, -60, "Central", 0, "Summer", -60) : null, misc?.TimeZone);
        Assert.Equal(build ? "19041.1" : null, misc?.BuildString);
        Assert.Equal(build ? "dbg" : null, misc?.DebugBuildString);
        Assert.Equal(size >= 1364 ? 0xc00c1eu : null, misc?.ProcessCookie);
        Assert.Equal(size >= 1364 ? (0u, 160u) : null, misc?.ExtendedState?.Features[0]);
    }

    [Fact]
    public void Believes_no_miscellaneous_fact_whose_flag_is_not_set()
    {
        var misc = new SyntheticDump().Stream(15, new Layout(false).U32(1364).U32(0).Zeros(1356)).Open().MiscInfo;

        Assert.NotNull(misc);
        Assert.Null(misc.ProcessId);
        Assert.Null(misc.ProcessCreateTime);
        Assert.Null(misc.Power);
        Assert.Null(misc.TimeZone);
        Assert.Null(misc.BuildString);
        Assert.Null(misc.ExtendedState);
    }

    [Theory]
    [InlineData(1_699_999_000u, 1000)]
    [InlineData(1_700_000_005u, 0)]
    public void Tells_how_long_the_process_ran(uint start, int seconds)
    {
        var layout = new Layout(false).U32(24).U32(3).U32(1).U32(start).U32(0).U32(0);

        Assert.Equal(TimeSpan.FromSeconds(seconds), new SyntheticDump().Stream(15, layout).Open().Uptime);
        Assert.Null(new SyntheticDump().Open().Uptime);
    }

    [Fact]
    public void Reads_memory_figures_of_machine_and_process()
    {
        var dump = RealDumps.Open("breakpad", "tiny-exe-fastfail.dmp");

        Assert.Equal(4096u, dump.SystemMemory?.PageSize);
        Assert.InRange(dump.SystemMemory!.CommitLimit, dump.SystemMemory.Committed, dump.SystemMemory.Committed * 100);
        Assert.InRange(dump.SystemMemory.AvailablePages, 1u, dump.SystemMemory.PhysicalPages);
        Assert.InRange(dump.ProcessMemory!.WorkingSet, 1u, dump.ProcessMemory.PeakWorkingSet);
        Assert.InRange(dump.ProcessMemory.PrivateUsage, 1u, dump.ProcessMemory.PeakPagefileUsage);
    }

    [Fact]
    public void Prefers_a_comment_in_Unicode()
    {
        var wide = new Layout(false).Units("größer\0", 7).U8(0x41);

        Assert.Equal("größer", new SyntheticDump().Stream(10, "plain"u8.ToArray()).Stream(11, wide).Open().Comment);
        Assert.Equal("plain", new SyntheticDump().Stream(10, "plain\0"u8.ToArray()).Open().Comment);
        Assert.Equal("plain", new SyntheticDump().Stream(10, "plain\0"u8.ToArray()).Stream(11, [0, 0]).Open().Comment);
        Assert.Null(new SyntheticDump().Open().Comment);
    }

    [Fact]
    public void Reads_the_assertion_that_failed()
    {
        var layout = new Layout(false).Units("n > 0", 128).Units("f", 128).Units("main.c", 128).U32(12).U32(1);
        var assertion = new SyntheticDump().Stream(0x47670002, layout).Open().Assertion;

        Assert.Equal(new AssertionInfo("n > 0", "f", "main.c", 12, 1), assertion);
        Assert.Equal("Invalid parameter 'n > 0' in f, main.c:12", assertion?.ToString());
    }

    [Theory]
    [InlineData(0u, null, null)]
    [InlineData(1u, 10u, null)]
    [InlineData(3u, 10u, 20u)]
    public void Reads_which_threads_the_client_ran_on(uint validity, uint? dumper, uint? requester)
    {
        var dump = new SyntheticDump().Stream(0x47670001, new Layout(false).U32(validity).U32(10).U32(20)).Open();

        Assert.Equal(new BreakpadInfo(dumper, requester), dump.BreakpadInfo);
        Assert.Equal(requester, dump.RequestingThreadId);
    }

    [Fact]
    public void Reads_handles_and_does_not_run_in_the_ring_that_their_records_can_form()
    {
        var synthetic = new SyntheticDump();
        var type = synthetic.AddString("Event");
        var name = synthetic.AddString(@"\BaseNamedObjects\x");
        var ring = synthetic.Add(synthetic.Layout().U32(32 + 4 + 12 + 4 + 40 + 4).U32(6).U32(4).U32(0xabcd));
        var record = synthetic.Add(synthetic.Layout().U32(ring).U32(6).U32(2).U16(0xef01));
        synthetic.Add(synthetic.Layout());
        var list = synthetic.Layout().U32(16).U32(40).U32(2).U32(0)
            .U64(0x7b).U32(type).U32(name).U32(1).U32(2).U32(3).U32(4).U32(record).U32(0)
            .U64(0x7c).U32(0).U32(0).U32(0).U32(0).U32(0).U32(0).U32(ring).U32(0);
        var bytes = synthetic.Stream(12, list).ToArray();
        BitConverter.GetBytes(ring).CopyTo(bytes, (int)ring);
        Assert.True(Minidump.TryOpen(bytes, Limits.Default, out var dump, out _));

        Assert.Equal([(0x7bUL, "Event", @"\BaseNamedObjects\x"), (0x7cUL, null, null)],
            dump.Handles.Select(h => (h.Handle, h.TypeName, h.ObjectName)));
        Assert.Equal("01EF", Convert.ToHexString(dump.Handles[0].ObjectRecords[0].Bytes.Span));
        Assert.InRange(dump.Handles[1].ObjectRecords.Count, 2, 8);
    }

    [Theory]
    [InlineData(24, 0)]
    [InlineData(40, 1)]
    [InlineData(288, 2)]
    public void Reads_what_was_done_with_handles_and_by_whom(uint size, int addresses)
    {
        var entry = new Layout(false).U64(0xabc).U32(4711).U32(12).U32(2).U32(0).U32(5).U32(1).U64(0x401000).U64(0x402000).Zeros(240);
        var stream = new Layout(false).U32(16).U32(size).U32(1).U32(0).Raw(entry.ToArray()[..(int)size]);
        var operation = Assert.Single(new SyntheticDump().Stream(18, stream).Open().HandleOperations);

        Assert.Equal((0xabcUL, 4711u, 12u, "close"), (operation.Handle, operation.ProcessId, operation.ThreadId, operation.Word));
        Assert.Equal(((ulong[])[0x401000, 0x402000]).Take(addresses), operation.ReturnAddresses);
    }

    [Fact]
    public void Reads_security_tokens_up_to_one_that_is_cut()
    {
        var stream = new Layout(false).U32(70).U32(3).U32(16).U32(16)
            .U32(20).U32(4711).U64(0x7b).U32(9).U32(16).U32(12).U64(0).U32(99).U32(13).U64(0);
        var tokens = new SyntheticDump().Stream(19, stream).Open().SecurityTokens;

        Assert.Equal([(4711u, 0x7bUL, 4), (12u, 0UL, 0)], tokens.Select(token => (token.Id, token.Handle, token.Bytes.Length)));
        Assert.Empty(new SyntheticDump().Stream(19, new Layout(false).U32(16).U32(9).U32(uint.MaxValue).U32(0)).Open().SecurityTokens);
    }

    [Theory]
    [InlineData(1, 0, 80, 72UL, null)]
    [InlineData(2, 0, 96, 88UL, null)]
    [InlineData(2, 2, 120, 88UL, 80UL)]
    public void Reads_either_revision_of_the_process_memory(ushort revision, ushort flags, int size, ulong privateUsage, ulong? virtualSize)
    {
        var layout = new Layout(false).U16(revision).U16(flags).U32(3);
        for (var offset = 8u; offset < size; offset += 8)
            layout.U64(offset);
        var memory = new SyntheticDump().Stream(22, layout).Open().ProcessMemory!;

        Assert.Equal((3u, 16UL, 56UL), (memory.PageFaults, memory.WorkingSet, memory.PagefileUsage));
        Assert.Equal((privateUsage, virtualSize), (memory.PrivateUsage, memory.VirtualSize));
    }

    [Fact]
    public void Reads_the_unwind_data_of_compiled_code()
    {
        var synthetic = new SyntheticDump();
        var stream = synthetic.Layout().U32(24).U32(32).U32(8).U32(12).U32(2).U32(4).Zeros(4)
            .U64(0x1000).U64(0x2000).U64(0x1000).U32(2).U32(4).Zeros(8).Raw([.. Enumerable.Repeat((byte)7, 24)])
            .Zeros(4)
            .U64(0x5000).U64(0x6000).U64(0x5000).U32(1).U32(0).Zeros(8).Raw([.. Enumerable.Repeat((byte)8, 12)]);
        var tables = synthetic.Stream(13, stream).Open().FunctionTables;

        Assert.Equal([(0x1000UL, 0x2000UL, 24), (0x5000UL, 0x6000UL, 12)],
            tables.Select(t => (t.Minimum, t.Maximum, t.Entries.Length)));
        Assert.All(tables[1].Entries.ToArray(), b => Assert.Equal(8, b));
        Assert.Equal(12, tables[0].EntrySize);
    }

    [Theory]
    [InlineData(uint.MaxValue, 32u, 12u, 1u)]
    [InlineData(24u, 31u, 12u, 1u)]
    [InlineData(24u, 32u, 0u, 1u)]
    [InlineData(24u, 32u, uint.MaxValue, uint.MaxValue)]
    public void Refuses_unwind_data_that_is_nowhere(uint header, uint descriptor, uint entry, uint count)
    {
        var stream = new Layout(false).U32(header).U32(descriptor).U32(0).U32(entry).U32(9).U32(0).Zeros(24).U32(count)
            .U32(0);
        var dump = new SyntheticDump().Stream(13, stream).Open();

        Assert.Empty(dump.FunctionTables);
        Assert.Single(dump.Problems);
    }
}
