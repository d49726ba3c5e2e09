using System.Text.Json;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Tests.Streams;

public sealed class ThreadRecordTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reads_a_thread_with_its_name_and_times(bool bigEndian)
    {
        var synthetic = new SyntheticDump(bigEndian);
        var name = synthetic.AddString("Compositor ☃");
        var stack = synthetic.Add([1, 2, 3, 4]);
        synthetic.Stream(3, synthetic.Layout().U32(2)
            .U32(7).U32(1).U32(0x20).U32(15).U64(0x7ff000).U64(0x1000).U32(4).U32(stack).U32(0).U32(0)
            .U32(8).Zeros(44));
        synthetic.Stream(24, synthetic.Layout().U32(2).U32(7).U64(name).U32(8).U64(ulong.MaxValue));
        synthetic.Stream(17, synthetic.Layout().U32(12).U32(64).U32(1)
            .U32(7).U32(4).U32(5).U32(259).U64(1).U64(2).U64(3).U64(4).U64(0x7ff6_0000_1000).U64(0xff));
        var dump = synthetic.Open();
        var thread = dump.Threads[0];

        Assert.Equal((7u, 1u, 0x20u, 15u, 0x7ff000UL),
            (thread.Id, thread.SuspendCount, thread.PriorityClass, thread.Priority, thread.Teb));
        Assert.Equal((0x1000UL, 4), (thread.Stack.Address, thread.Stack.Bytes.Length));
        Assert.Equal("Compositor ☃", thread.Name);
        Assert.Equal(new ThreadTimes(4, 5, 259, 1, 2, 3, 4, 0x7ff6_0000_1000, 0xff), thread.Times);
        Assert.Null(dump.Threads[1].Name);
        Assert.Null(dump.Threads[1].Times);
        Assert.Equal("has no readable name for thread 8", Assert.Single(dump.Problems).What);
    }

    [Fact]
    public void Reads_the_longer_threads_that_carry_a_second_stack()
    {
        var synthetic = new SyntheticDump();
        synthetic.Stream(8, synthetic.Layout().U32(2).U32(7).Zeros(60).U32(8).Zeros(60));

        Assert.Equal([7u, 8u], synthetic.Open().Threads.Select(thread => thread.Id));
    }

    [Theory]
    [InlineData(9, 0x68, 0x1250)]
    [InlineData(0, 0x34, 0xbf4)]
    public void Reads_the_last_errors_from_the_environment_block(ushort architecture, int error, int status)
    {
        var synthetic = new SyntheticDump().System(architecture, 3);
        var block = synthetic.Add(synthetic.Layout().Zeros(0x1300).Put(error, 5, 4).Put(status, 0xc0000022, 4));
        synthetic.Stream(3, synthetic.Layout().U32(2).U32(7).Zeros(12).U64(0x7ff000).Zeros(24).U32(8).Zeros(44));
        var dump = synthetic.Stream(5, synthetic.Layout().U32(1).U64(0x7ff000).U32(0x1300).U32(block)).Open();

        Assert.Equal(new ThreadEnvironment(5, 0xc0000022), ThreadEnvironment.Read(dump, dump.Threads[0]));
        Assert.Equal(default, ThreadEnvironment.Read(dump, dump.Threads[1]));
    }

    // Crashpad's address of thread-local variables stands where Windows has the block.
    [Theory]
    [InlineData(0x8201u)]
    [InlineData(0x8101u)]
    public void Reads_no_last_errors_where_there_is_no_such_block(uint platform)
    {
        var synthetic = new SyntheticDump().System(9, platform);
        var block = synthetic.Add(synthetic.Layout().Zeros(0x80).Put(0x68, 5, 4));
        synthetic.Stream(3, synthetic.Layout().U32(1).U32(7).Zeros(12).U64(0x7ff000).Zeros(24));
        var dump = synthetic.Stream(5, synthetic.Layout().U32(1).U64(0x7ff000).U32(0x80).U32(block)).Open();

        Assert.Equal(default, ThreadEnvironment.Read(dump, dump.Threads[0]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_crashed_thread_is_there_though_no_list_has_it(bool hasList)
    {
        var synthetic = new SyntheticDump().System(9, 0x8201);
        var context = synthetic.Add(synthetic.Layout().Zeros(1232).Put(48, 0x10000f, 4).Put(248, 0x401000, 8).Put(152, 0x7000, 8));
        synthetic.Stream(6, synthetic.Layout().U32(7).U32(0).U32(11).U32(1).Zeros(144).U32(1232).U32(context));
        if (hasList)
            synthetic.Stream(3, synthetic.Layout().U32(1).U32(8).Zeros(44));
        var dump = synthetic.Open();
        var state = StackWalker.Walk(dump, Minidumps.Symbols.SymbolStore.Empty, WalkOptions.Default);

        Assert.Equal(hasList ? 1 : 0, state.CrashingThread);
        Assert.Equal(0x401000UL, state.Threads[^1].Top?.Location.Address);
        Assert.Equal(hasList ? "OK" : "MissingThreadList", state.Status);
        Assert.Contains("is of thread 7, which is in no list; its registers are those of the exception", dump.Problems.Select(p => p.What));
    }

    [Fact]
    public void A_name_may_count_the_end_of_its_text()
    {
        var synthetic = new SyntheticDump();
        var (counted, empty) = (synthetic.AddString("worker\0"), synthetic.AddString(""));
        synthetic.Stream(3, synthetic.Layout().U32(2).U32(7).Zeros(44).U32(8).Zeros(44));
        synthetic.Stream(24, synthetic.Layout().U32(2).U32(7).U64(counted).U32(8).U64(empty));

        Assert.Equal(["worker", ""], synthetic.Open().Threads.Select(thread => thread.Name));
    }

    [Fact]
    public void Says_the_same_names_of_real_threads_as_the_tools_of_the_field()
    {
        foreach (var (dump, report) in PeerReports.ReadAll())
        {
            if (report.GetProperty("thread_names") is not { ValueKind: JsonValueKind.Array } names)
                continue;

            var expected = names.EnumerateArray().Select(name => name.GetString());
            Assert.Equal(expected, dump.Threads.Select(thread => thread.Name));
        }
    }

    [Fact]
    public void Takes_the_last_fifteen_parameters_that_an_exception_can_have()
    {
        var synthetic = new SyntheticDump();
        var layout = synthetic.Layout().U32(7).U32(0).U32(0xc0000005).U32(1).U64(0x9000).U64(0x401000).U32(99).U32(0);
        for (var i = 0UL; i < 15; i++)
            layout.U64(i);
        var dump = synthetic.Stream(6, layout.U32(0).U32(0)).Open();

        Assert.Equal(15, dump.Exception?.Parameters.Count);
        Assert.Equal((7u, 0xc0000005u, 1u, 0x9000UL, 0x401000UL),
            (dump.Exception!.ThreadId, dump.Exception.Code, dump.Exception.Flags, dump.Exception.ChainedRecord,
                dump.Exception.Address));
        Assert.Equal(7u, dump.RequestingThreadId);
        Assert.Equal("claims 99 parameters; there is room for 15", Assert.Single(dump.Problems).What);
    }
}
